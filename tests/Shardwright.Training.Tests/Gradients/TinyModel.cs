using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Training.Tests.Harness;
using Shardwright.Training.Tests.Interpretation;

namespace Shardwright.Training.Tests.Gradients;

/// <summary>A model of two sequences of three tokens around a few lines under test, which turn <c>x</c> [2, 3, 4] into the result.</summary>
internal static class TinyModel
{
    /// <param name="body">Statements from <c>x</c> to <c>return</c>.</param>
    /// <param name="members">Members of the model.</param>
    /// <param name="modules">Other classes.</param>
    /// <param name="probe">The result's shape: the loss is Σ y²·probe, so that every element of the result has a gradient of its own.</param>
    /// <param name="loss">Another loss of <c>y</c>, <c>targets</c> and <c>weights</c>.</param>
    public static string Source(string body, string members = "", string modules = "", string probe = "Batch, Context, Width", string loss = "Nn.Sum(y * y * probe)") => $$"""
        [Model, Mesh, Training(Optimizer.AdamW)]
        public sealed partial class Tiny
        {
            public const int Batch = 2, Context = 3, Width = 4, Vocabulary = 7;
            public Parameter Table { get; } = new(Vocabulary, Width);
            {{members}}

            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
            {
                var x = Nn.Embed(tokens, Table);
                {{body}}
            }

            public Tensor<float> Loss(
                Tensor<int> tokens,
                [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets,
                [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> weights,
                [Shape({{Quoted(probe)}}), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> probe)
            {
                var y = Forward(tokens);
                return {{loss}};
            }
        }
        {{modules}}
        """;

    /// <summary>Asserts that every gradient of the model agrees with finite differences, and that the planned memory changes none.</summary>
    public static void AssertGradients(string source)
    {
        var model = CapturedModel.Link(source);
        var program = CapturedModel.Build(model);
        FiniteDifference.AssertEveryElement(program, Inputs(program, seed: 1));
        Passes.ArenaTests.AssertSame(model);
    }

    public static ProgramInputs Inputs(BuiltProgram program, int seed)
    {
        var random = new Random(seed);
        var inputs = new ProgramInputs(program.Parameters) { LossDenominator = 3.7 };
        foreach (var parameter in program.Parameters)
            foreach (ref var value in inputs.Parameter(parameter).AsSpan())
                value = (random.NextDouble() * 2) - 1;
        foreach (var input in program.Inputs)
            inputs.Bind(input, Enumerable.Range(0, DoubleTensor.Count(input.Shape)).Select(_ => input.Element == ElementType.Int32 ? random.Next(0, 4) : random.NextDouble() + 0.5).ToArray());
        return inputs;
    }

    private static string Quoted(string shape) => string.Join(", ", shape.Split(", ").Select(d => $"\"{d}\""));
}
