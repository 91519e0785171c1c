namespace Shardwright.Training.Tests.Routers;

/// <summary>Two layers of experts in a list and a group of its own behind them, all with the router settings under test; eight sequences of three tokens, two micro-batches.</summary>
internal static class RouterModel
{
    public const int Batch = 8, Context = 3, Vocabulary = 11;

    /// <param name="settings">Settings of every group's initialiser.</param>
    /// <param name="experts">Experts of each group.</param>
    /// <param name="topK">Experts a token.</param>
    public static string Source(string settings, int experts = 8, int topK = 2) => $$"""
        namespace Routers;

        [Model, Mesh, Training(Optimizer.AdamW, MicroBatches = 2)]
        public sealed partial class Routed
        {
            public const int Batch = {{Batch}}, Context = {{Context}}, Width = 6, Vocabulary = {{Vocabulary}};
            public Parameter Table { get; } = new(Vocabulary, Width);
            public Repeated<Block> Blocks { get; } = new(2, () => new(Width));
            public Parameter Router { get; } = new(Width, {{experts}});
            [Experts] public ExpertGroup<Expert> Last { get; } = new({{experts}}, {{topK}}, () => new(Width)) { {{settings}} };
            public Parameter Head { get; } = new(Width, Vocabulary);

            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
            {
                var x = Nn.Embed(tokens, Table);
                foreach (var block in Blocks)
                    x = block.Forward(x);
                return Nn.MatMul(x + Last.Forward(x, Nn.MatMul(x, Router)), Head);
            }

            public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
                => Nn.CrossEntropy(Forward(tokens), targets);
        }

        [Module]
        public sealed class Block(int width)
        {
            public Parameter Router { get; } = new(width, {{experts}});
            [Experts] public ExpertGroup<Expert> Experts { get; } = new({{experts}}, {{topK}}, () => new(width)) { {{settings}} };

            public Tensor<float> Forward(Tensor<float> x) => x + Experts.Forward(Nn.Tanh(x), Nn.MatMul(x, Router));
        }

        [Module]
        public sealed class Expert(int width) : IExpert
        {
            public Parameter Up { get; } = new(width, 5);
            public Parameter Down { get; } = new(5, width);

            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
        }
        """;
}
