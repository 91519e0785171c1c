using System.Globalization;
using System.Text;

/// <summary>A project of 20 models of 200 statements each, with experts in files of their own, and 300 files that have nothing to do with them.</summary>
internal static class ManyModels
{
    public const int Models = 20, Statements = 200, Others = 300;

    const int Norms = 8, Weights = 12;

    /// <summary>The files, by path. <paramref name="salt"/> is a constant of every class, so that another salt makes every graph another value.</summary>
    public static IEnumerable<(string Path, string Code)> Files(int salt)
    {
        yield return ("/project/Usings.cs", "global using System; global using System.Numerics.Tensors; global using Shardwright;");
        for (int i = 0; i < Models; i++)
            yield return ($"/project/Model{i}.cs", Model(i, salt));
        for (int i = 0; i < Models; i++)
            yield return ($"/project/Expert{i}.cs", Expert(i, salt));
        for (int i = 0; i < Others; i++)
            yield return ($"/project/Other{i}.cs", Other(i));
    }

    static string Model(int number, int salt)
    {
        var body = new StringBuilder();
        // Four statements a round: a residual branch of a feed-forward layer; every tenth round goes through the experts.
        for (int s = 0; s < Statements / 4; s++)
        {
            int norm = s % Norms, weight = s % (Weights / 2);
            body.Append(CultureInfo.InvariantCulture, $"        var h{s} = Nn.RmsNorm(x, Norm{norm});\n");
            body.Append(CultureInfo.InvariantCulture, $"        var a{s} = Nn.{(s % 3 == 0 ? "Silu" : s % 3 == 1 ? "Gelu" : "Tanh")}(Nn.MatMul(h{s}, Up{weight}));\n");
            body.Append(CultureInfo.InvariantCulture, $"        var y{s} = Nn.MatMul(a{s}, Down{weight}) * 0.5f;\n");
            body.Append(s == 20 ? $"        x = x + Experts.Forward(y{s}, Nn.MatMul(h{s}, Router));\n" : $"        x = x + y{s};\n");
        }
        string parameters = string.Concat(Enumerable.Range(0, Norms).Select(i => $"    public Parameter Norm{i} {{ get; }} = new(Width) {{ Initial = Initial.One }};\n"))
            + string.Concat(Enumerable.Range(0, Weights / 2).Select(i => $"    public Parameter Up{i} {{ get; }} = new(Width, Hidden);\n    public Parameter Down{i} {{ get; }} = new(Hidden, Width);\n"));
        return $$"""
            namespace Many;

            [Model, Mesh(Data = 4, Expert = 4)]
            public sealed partial class Model{{number}}
            {
                public const int Vocab = 512, Width = 256, Hidden = 512, Context = 128, Batch = 16, Salt = {{salt}};

                public Parameter Embedding { get; } = new(Vocab, Width);
            {{parameters}}    public Parameter Router { get; } = new(Width, 8);
                public ExpertGroup<Expert{{number}}> Experts { get; } = new(8, 2, () => new(Width, Hidden)) { BalanceLoss = 0.01f };

                public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
                {
                    var x = Nn.Embed(tokens, Embedding);
            {{body}}        return Nn.MatMul(x, Nn.Transpose(Embedding));
                }

                public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets) => Nn.CrossEntropy(Forward(tokens), targets);
            }
            """;
    }

    static string Expert(int number, int salt) => $$"""
        namespace Many;

        [Module]
        public sealed class Expert{{number}}(int width, int hidden) : IExpert
        {
            public const int Salt = {{salt}};

            public Parameter Gate { get; } = new(width, hidden);
            public Parameter Up { get; } = new(width, hidden);
            public Parameter Down { get; } = new(hidden, width);

            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Gate)) * Nn.MatMul(x, Up), Down);
        }
        """;

    static string Other(int number) => $$"""
        namespace Many.Others;

        /// <summary>Ordinary code.</summary>
        [Serializable]
        public sealed class Other{{number}}
        {
            readonly List<int> items = [];

            public int Count => items.Count;

            public int Sum(int from, int to)
            {
                int sum = 0;
                for (int i = from; i < to && i < items.Count; i++)
                    sum += items[i] * {{number}};
                return sum;
            }
        }
        """;
}
