namespace Shardwright.Capture.Tests.Advice.Structure;

/// <summary>A model with one group of experts in a layer of its own, for rules on routing and target.</summary>
internal static class Sparse
{
    public static string Model(string attributes = "[Model, Mesh(Data = 8, Expert = 8)]", string group = Group, int experts = 8, int batch = 8, int context = 64, int width = 64, int hidden = 128, string expertAttributes = "[Module]") => $$"""
        {{attributes}}
        public sealed partial class Tiny
        {
            public const int Batch = {{batch}}, Context = {{context}}, Width = {{width}};
            public Layer Layer { get; } = new(Width);
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Layer.Forward(x);
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        [Module]
        public sealed class Layer(int width)
        {
            public Parameter Router { get; } = new(width, {{experts}});
            {{group.Replace("EXPERTS", $"{experts}", StringComparison.Ordinal)}}
            public Tensor<float> Forward(Tensor<float> x) => x + Group.Forward(x, Nn.MatMul(x, Router));
        }
        {{expertAttributes}}
        public sealed class Expert(int width) : IExpert
        {
            public Parameter Up { get; } = new(width, {{hidden}});
            public Parameter Down { get; } = new({{hidden}}, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
        }
        """;

    public const string Declaration = "public ExpertGroup<Expert> Group { get; } = new(EXPERTS, 2, () => new(width))", Group = Declaration + ";";

    /// <summary>The group's declaration with attributes, marked for a rule (<c>#0</c> for a message).</summary>
    public static string Marked(string rule, string attributes = "", string end = ";") => $"{{|{rule}:{attributes}{Declaration}{end}|}}";

    public static string Plain(string attributes = "", string end = ";") => $"{attributes}{Declaration}{end}";
}
