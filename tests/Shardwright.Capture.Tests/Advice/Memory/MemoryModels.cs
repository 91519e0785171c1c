namespace Shardwright.Capture.Tests.Advice.Memory;

/// <summary>Small sources of models, with sizes to set.</summary>
internal static class MemoryModels
{
    /// <summary>Layers of experts on a residual stream.</summary>
    public static string Sparse(
        string attributes = "[Model]", int batch = 8, int context = 512, int width = 512, int hidden = 1024, int experts = 8, int topK = 2, int layers = 2) => $$"""
        [Module]
        public sealed class Expert(int width, int hidden) : IExpert
        {
            public Parameter Up { get; } = new(width, hidden);
            public Parameter Down { get; } = new(hidden, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
        }

        [Module]
        public sealed class Block(int width, int hidden)
        {
            public Parameter Norm { get; } = new(width) { Initial = Initial.One };
            public Parameter Router { get; } = new(width, {{experts}});
            [Experts] public ExpertGroup<Expert> Experts { get; } = new(count: {{experts}}, topK: {{topK}}, () => new(width, hidden));
            public Tensor<float> Forward(Tensor<float> x)
            {
                var h = Nn.RmsNorm(x, Norm);
                return x + Experts.Forward(h, logits: Nn.MatMul(h, Router));
            }
        }

        {{attributes}}
        public sealed partial class Sparse
        {
            public const int Batch = {{batch}}, Context = {{context}}, Width = {{width}}, Hidden = {{hidden}}, Layers = {{layers}};
            public Repeated<Block> Blocks { get; } = new(Layers, () => new(Width, Hidden));
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                foreach (var block in Blocks)
                    x = block.Forward(x);
                return x;
            }
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    /// <summary>Layers of a gated product on a residual stream.</summary>
    public static string Dense(string attributes = "[Model]", int batch = 8, int context = 512, int width = 1024, int layers = 4) => $$"""
        [Module]
        public sealed class Block(int width)
        {
            public Parameter Up { get; } = new(width, 4 * width);
            public Parameter Down { get; } = new(4 * width, width);
            public Tensor<float> Forward(Tensor<float> x) => x + Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
        }

        {{attributes}}
        public sealed partial class Dense
        {
            public const int Batch = {{batch}}, Context = {{context}}, Width = {{width}}, Layers = {{layers}};
            public Repeated<Block> Blocks { get; } = new(Layers, () => new(Width));
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                foreach (var block in Blocks)
                    x = block.Forward(x);
                return x;
            }
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    /// <summary>Marks a piece of source as where a rule reports.</summary>
    public static string Mark(string source, string rule, string text)
    {
        Assert.Contains(text, source, StringComparison.Ordinal);
        return source.Replace(text, $$"""{|{{rule}}:{{text}}|}""", StringComparison.Ordinal);
    }

    /// <summary>Marks the declaration of the expert group.</summary>
    public static string MarkGroup(string source, string rule)
    {
        int start = source.IndexOf("[Experts", StringComparison.Ordinal), end = source.IndexOf('\n', start);
        return Mark(source, rule, source[start..end]);
    }

    /// <summary>A body of the caller's own between inputs x [batch, context, width] and a mean.</summary>
    public static string Body(string members, string forward, string attributes = "[Model]", int batch = 8, int context = 512, int width = 1024) => $$"""
        {{attributes}}
        public sealed partial class Small
        {
            public const int Batch = {{batch}}, Context = {{context}}, Width = {{width}};
            {{members}}
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                {{forward}}
            }
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;
}
