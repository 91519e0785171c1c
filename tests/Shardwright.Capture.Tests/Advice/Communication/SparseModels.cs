namespace Shardwright.Capture.Tests.Advice.Communication;

/// <summary>A model of blocks with experts, as source, at the sizes that a test needs.</summary>
internal sealed record SparseModels
{
    public int Data { get; init; } = 8;

    public int Expert { get; init; } = 8;

    public int Batch { get; init; } = 64;

    public int Context { get; init; } = 256;

    public int Width { get; init; } = 256;

    public int Hidden { get; init; } = 512;

    public int Layers { get; init; } = 2;

    public int Experts { get; init; } = 8;

    public int TopK { get; init; } = 2;

    /// <summary>Further attributes of the model: <c>, Precision(NumberFormat.BFloat16)</c>.</summary>
    public string Attributes { get; init; } = "";

    /// <summary>The mesh attribute, with markup where a test wants it.</summary>
    public string? Mesh { get; init; }

    /// <summary>The arguments of <c>[Experts]</c>.</summary>
    public string Dispatch { get; init; } = "";

    /// <summary>The block's last line; <c>Experts.Forward(…)</c> may carry markup.</summary>
    public string Call { get; init; } = "Experts.Forward(h, Nn.MatMul(h, Router))";

    public string Expertise { get; init; } = "Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down)";

    public string Loss { get; init; } = "Nn.Mean(Forward(x))";

    /// <summary>The class's name, with markup where a test wants it.</summary>
    public string Name { get; init; } = "Sparse";

    public override string ToString() => $$"""
        [Model, {{Mesh ?? $"Mesh(Data = {Data}, Expert = {Expert})"}}{{Attributes}}]
        public sealed partial class {{Name}}
        {
            public const int Batch = {{Batch}}, Context = {{Context}}, Width = {{Width}}, Layers = {{Layers}};
            public Repeated<Block> Blocks { get; } = new(Layers, () => new(Width, {{Hidden}}));
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                foreach (var block in Blocks)
                    x = block.Forward(x);
                return x;
            }
            public Tensor<float> Loss(Tensor<float> x) => {{Loss}};
        }

        [Module]
        public sealed class Block(int width, int hidden)
        {
            public Parameter Norm { get; } = new(width) { Initial = Initial.One };
            public Parameter Mix { get; } = new(width, width);
            public Parameter Router { get; } = new(width, {{Experts}});
            [Experts{{Dispatch}}] public ExpertGroup<Perceptron> Experts { get; } = new(count: {{Experts}}, topK: {{TopK}}, () => new(width, hidden)) { BalanceLoss = 0.01f };
            public Tensor<float> Forward(Tensor<float> x)
            {
                x = x + Nn.MatMul(Nn.RmsNorm(x, Norm), Mix);
                var h = Nn.RmsNorm(x, Norm);
                return x + {{Call}};
            }
        }

        [Module]
        public sealed class Perceptron(int width, int hidden) : IExpert
        {
            public Parameter Up { get; } = new(width, hidden);
            public Parameter Down { get; } = new(hidden, width);
            public Tensor<float> Forward(Tensor<float> x) => {{Expertise}};
        }
        """;
}
