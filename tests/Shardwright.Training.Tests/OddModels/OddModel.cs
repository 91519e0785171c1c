namespace Shardwright.Training.Tests.OddModels;

/// <summary>A model of three tokens a sequence around a few odd lines, which turn <c>x</c> [Batch, 3, 4] into <c>y</c>.</summary>
internal static class OddModel
{
    /// <summary>A residual-free layer, an expert, and a block of experts, for members to use.</summary>
    public const string Modules = """
        [Module]
        public sealed class Layer(int width)
        {
            public Parameter W { get; } = new(width, width);
            public Parameter Row { get; } = new(width);

            public Tensor<float> Forward(Tensor<float> x) => Nn.Tanh(Nn.MatMul(x, W)) + Row;

            public Tensor<float> With(Tensor<float> x, Tensor<float> other) => Nn.Tanh(Nn.MatMul(x, W)) * other + Row;

            public (Tensor<float> Sum, Tensor<float> Product) Both(Tensor<float> x, Tensor<float> other) => (Forward(x) + other, Forward(other) * x);
        }

        [Module]
        public sealed class Expert(int width) : IExpert
        {
            public Parameter Up { get; } = new(width, 6);
            public Parameter Down { get; } = new(6, width);

            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
        }

        [Module]
        public sealed class Sparse(int width, int experts, int topK)
        {
            public Parameter Router { get; } = new(width, experts);
            [Experts] public ExpertGroup<Expert> Experts { get; } = new(experts, topK, () => new(width)) { BalanceLoss = 0.02f, RouterZLoss = 0.003f };

            public Tensor<float> Forward(Tensor<float> x) => x + Experts.Forward(x, Nn.MatMul(x, Router));
        }
        """;

    public const string Layers = "public Repeated<Layer> Layers { get; } = new(3, () => new(Width)); ";

    public const string Group = "public Parameter Router { get; } = new(Width, 4); [Experts] public ExpertGroup<Expert> Experts { get; } = new(4, 2, () => new(Width)) { BalanceLoss = 0.02f, RouterZLoss = 0.003f }; ";

    /// <param name="body">Statements from <c>x</c> to <c>return</c>.</param>
    /// <param name="members">Members of the model.</param>
    /// <param name="loss">The loss of <c>y</c>, <c>targets</c> and <c>weights</c>.</param>
    /// <param name="modules">More classes.</param>
    /// <param name="batch">Sequences of a global micro-batch.</param>
    /// <param name="microBatches">Micro-batches a step.</param>
    /// <param name="weighted">Whether <c>Loss</c> takes weights.</param>
    public static string Source(
        string body, string members = "", string loss = "Nn.CrossEntropy(Nn.MatMul(y, Head), targets)", string modules = "", int batch = 8, int microBatches = 1, bool weighted = false) => $$"""
        namespace Odd;

        [Model, Mesh, Training(Optimizer.AdamW, MicroBatches = {{microBatches}})]
        public sealed partial class OddOne
        {
            public const int Batch = {{batch}}, Context = 3, Width = 4, Vocabulary = 7;
            public Parameter Table { get; } = new(Vocabulary, Width);
            public Parameter Head { get; } = new(Width, Vocabulary);
            {{members}}

            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
            {
                var x = Nn.Embed(tokens, Table);
                {{body}}
            }

            public Tensor<float> Loss(
                Tensor<int> tokens,
                [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets
                {{(weighted ? ", [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> weights" : "")}})
            {
                var y = Forward(tokens);
                return {{loss}};
            }
        }
        {{Modules}}
        {{modules}}
        """;
}
