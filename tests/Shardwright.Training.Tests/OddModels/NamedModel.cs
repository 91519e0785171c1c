namespace Shardwright.Training.Tests.OddModels;

/// <summary>A model with two nested lists and expert groups, whose names are the test's.</summary>
internal static class NamedModel
{
    /// <param name="header">Before the classes, such as a namespace.</param>
    /// <param name="footer">After the classes.</param>
    /// <param name="model">The model's name, with its modifiers.</param>
    /// <param name="tokens">The first input.</param>
    /// <param name="targets">The second input.</param>
    /// <param name="local">A local of the model.</param>
    /// <param name="variable">The variable of every loop.</param>
    /// <param name="member">A parameter of the inner module.</param>
    /// <param name="group">An expert group of the inner module.</param>
    public static string Source(
        string header = "", string footer = "", string model = "public sealed partial class Named", string tokens = "tokens", string targets = "targets",
        string local = "x", string variable = "layer", string member = "W", string group = "Experts") => $$"""
        {{header}}
        [Model, Mesh, Training(Optimizer.AdamW)]
        {{model}}
        {
            public const int Batch = 8, Context = 3, Width = 4, Vocabulary = 7;
            public Parameter Table { get; } = new(Vocabulary, Width);
            public Repeated<Outer> Stages { get; } = new(2, () => new(Width));
            public Parameter Router { get; } = new(Width, 2);
            public ExpertGroup<Small> {{group}} { get; } = new(2, 1, () => new(Width)) { BalanceLoss = 0.1f };

            public Tensor<float> Forward([Shape("8", nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> {{tokens}})
            {
                var {{local}} = Nn.Embed({{tokens}}, Table);
                foreach (var {{variable}} in Stages)
                    {{local}} = {{variable}}.Forward({{local}});
                return {{local}} + {{group}}.Forward({{local}}, Nn.MatMul({{local}}, Router));
            }

            public Tensor<float> Loss(Tensor<int> {{tokens}}, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> {{targets}})
                => Nn.CrossEntropy(Nn.MatMul(Forward({{tokens}}), Nn.Transpose(Table)), {{targets}});
        }

        [Module]
        internal sealed class Outer(int width)
        {
            public Repeated<Inner> Layers { get; } = new(2, () => new(width));

            public Tensor<float> Forward(Tensor<float> {{local}})
            {
                foreach (var {{variable}} in Layers)
                    {{local}} = {{variable}}.Forward({{local}});
                return {{local}};
            }
        }

        [Module]
        internal sealed class Inner(int width)
        {
            readonly float half = 0.5f;
            public Parameter {{member}} { get; } = new(width, width);
            internal Parameter Router { get; } = new(width, 4);
            public ExpertGroup<Small> {{group}} { get; } = new(4, 2, () => new(width));

            public Tensor<float> Forward(Tensor<float> {{local}})
            {
                var h = Nn.MatMul({{local}}, {{member}}) * half;
                return {{local}} + {{group}}.Forward(h, Nn.MatMul(h, Router));
            }
        }

        [Module]
        internal sealed class Small(int width) : IExpert
        {
            public Parameter {{member}} { get; } = new(width, width);

            public Tensor<float> Forward(Tensor<float> {{local}}) => Nn.MatMul({{local}}, {{member}});
        }
        {{footer}}
        """;
}
