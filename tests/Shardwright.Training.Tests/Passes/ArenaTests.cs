using Shardwright.Compiler;
using Shardwright.Compiler.Plan;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Gradients;
using Shardwright.Training.Tests.Harness;
using Shardwright.Training.Tests.Interpretation;

namespace Shardwright.Training.Tests.Passes;

/// <summary>A program that runs in its planned memory computes the same bits as one whose values never share any.</summary>
public sealed class ArenaTests
{
    [Theory]
    [InlineData("Sample")]
    [InlineData("GroupedQuery")]
    [InlineData("TwoSizes")]
    public void Run_TestModel_HasTheBitsOfValuesKeptApart(string model) => AssertSame(CapturedModel.Link(TestResource.ModelSource(model), (1, 1)));

    [Theory]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); return x;")]
    [InlineData("var a = x; foreach (var layer in Layers) { var t = a; a = layer.Forward(x); x = t; } return a + 2f * x;")]
    [InlineData("var a = x; var b = x; foreach (var layer in Layers) { a = layer.Forward(a); b = a; } return b * b + a;")]
    [InlineData("var a = x; var b = x * 2f; foreach (var layer in Layers) { a = layer.Forward(a) * b; b = x; } return a * b;")]
    [InlineData("Tensor<float> row = Row; foreach (var layer in Layers) { x = layer.Forward(x) * row; row = layer.Row; } return x * row;")]
    [InlineData("var h = Nn.Tanh(x); foreach (var layer in Layers) { x = layer.Forward(x) * h; } return x * h;")]
    [InlineData("foreach (var stage in Stages) { var start = x; foreach (var layer in stage.Layers) x = layer.Forward(x); x = start + x; } return x;")]
    [InlineData("foreach (var layer in Layers) { x = Nn.Reshape(layer.Forward(Nn.Reshape(x, 6, Width)), Batch, Context, Width); } return x + x;")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); foreach (var layer in Layers) x = layer.Forward(x); return x;")]
    public void Run_LoopsOfEveryKind_HasTheBitsOfValuesKeptApart(string body) => AssertSame(CapturedModel.Link(TinyModel.Source(
        body,
        "public Repeated<Layer> Layers { get; } = new(3, () => new(Width)); public Repeated<Stage> Stages { get; } = new(2, () => new(Width)); public Parameter Row { get; } = new(Width);",
        """
        [Module]
        public sealed class Layer(int width)
        {
            public Parameter W { get; } = new(width, width);
            public Parameter Row { get; } = new(width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.Tanh(Nn.MatMul(x, W)) + x * Row;
        }

        [Module]
        public sealed class Stage(int width)
        {
            public Repeated<Layer> Layers { get; } = new(3, () => new(width));
        }
        """)));

    internal static void AssertSame(LinkedModel model)
    {
        var built = CapturedModel.Build(model);
        ProgramInputs apart = TinyModel.Inputs(built, seed: 1), shared = TinyModel.Inputs(built, seed: 1);
        var program = CapturedModel.Plan(model).Program(ProgramKind.Train);
        var expected = new ProgramInterpreter(apart);
        var actual = new ProgramInterpreter(shared, iterations => new ArenaStore(program, iterations));

        expected.Run(built.Root, backward: true);
        actual.Run(program.Root, backward: true);

        Assert.Equal((expected.Loss, expected.Balance, expected.RouterZ), (actual.Loss, actual.Balance, actual.RouterZ));
        Assert.False(double.IsNaN(expected.Objective));
        foreach (var parameter in FiniteDifference.Trained(built))
            Assert.Equal(apart.Gradient(parameter), shared.Gradient(parameter));
    }
}
