using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

/// <summary>What the compiler proper finds is reported on the span of its site, wherever that lies.</summary>
public sealed class CompilerRulesTests
{
    const string Part = """
        [Module]
        public sealed class Part(int width)
        {
            public Parameter Weight { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x) => {|SHW1010:Nn.MatMul(x, Weight)|};
        }
        """;

    static string Model(string name, string forward = "Part.Forward(x)", string members = "public Part Part { get; } = new(8);", string attributes = "[Model]", string shape = "nameof(Batch), nameof(Width)", string rule = "",
        string shard = "[Shard(MeshAxis.Data, Dimension = 0)]") => $$"""
        {{attributes}}
        public sealed partial class {{name}}
        {
            public const int Batch = 8, Width = 4;
            {{members}}
            public Tensor<float> Forward({{(rule == "" ? "" : $"{{|{rule}:")}}[Shape({{shape}})] {{shard}} Tensor<float> x{{(rule == "" ? "" : "|}")}}) => {{forward}};
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    [Fact]
    public Task ShapeMismatch_InAnotherFile_IsReportedThere() => Verify.Files(Model("A"), Part);

    [Fact]
    public Task ShapeMismatch_InAModuleOfTwoModels_IsReportedOnce() => Verify.Files(Model("A"), Part, Model("B"));

    [Fact]
    public Task ShapeMismatch_NamesSizesByTheModelsConstants() => Verify.Source(Model("A", "{|#0:Nn.MatMul(x, W)|}", "public Parameter W { get; } = new(8, 4);"), new DiagnosticResult("SHW1010").WithLocation(0).WithMessage(
        "Nn.MatMul: the inner dimension is 4 on 'x' [8, 4] but 8 on 'w' [8, 4]; make the last dimension of 'x' equal to the first of the right operand (8 is Batch, 4 is Width)"));

    [Fact]
    public Task UnknownDimension_IsReportedAtTheInput() => Verify.Source(Model("A", "x", "public Parameter W { get; } = new(4);", shape: "\"Bach\", nameof(Width)", rule: "SHW1015"));

    [Fact]
    public Task DimensionThatIsNoSize_SaysItsValue() => Verify.Source(Model("A", "x", "public const int None = 0; public Parameter W { get; } = new(4);", shape: "nameof(None), nameof(Width)", rule: "#0"),
        new DiagnosticResult("SHW1015").WithLocation(0).WithMessage("[Shape(None, Width)] on 'x': 'None' is 0; need a positive number"));

    [Fact]
    public Task HeadsThatDoNotDivideTheWidth_SayWhatWould() => Verify.Source(Model("A", "{|#0:Nn.Rope(x, 3)|}", "public const int Size = 8; public Parameter W { get; } = new(4);", shape: "nameof(Batch), \"2\", nameof(Size)"), new DiagnosticResult("SHW1010").WithLocation(0).WithMessage(
        "Nn.Rope: 'x' is [8, 2, 8] with 3 heads; need [sequences, positions, heads · size] with an even size a head: a last dimension that is a multiple of 2 · 3 = 6 (8 is Batch or Size)"));

    [Fact]
    public Task InputThatIsNotSharded_IsReportedAtTheInput() => Verify.Source(Model("A", "x + W", "public Parameter W { get; } = new(4);", shard: "", rule: "SHW1015"));

    [Fact]
    public Task BatchThatDataDoesNotDivide_IsReportedAtTheInput() => Verify.Source(Model("A", "x + W", "public Parameter W { get; } = new(4);", "[Model, Mesh(Data = 3)]", rule: "SHW2001"));

    [Fact]
    public Task ExpertThatDoesNotDivideData_IsReportedAtTheMesh() => Verify.Source(Model("A", "x + W", "public Parameter W { get; } = new(4);", "[Model, {|SHW2002:Mesh(Data = 4, Expert = 3)|}]"));

    [Fact]
    public Task LoopThatWidensItsValue_IsReported() => Verify.Files(
        """
        [Model]
        public sealed partial class A
        {
            public const int Batch = 8, Width = 4;
            public Repeated<Widening> Parts { get; } = new(2, () => new(Width));
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                foreach (var part in Parts)
                    x = {|SHW1012:Nn.Concat(x, part.Forward(x))|};
                return x;
            }
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """,
        "[Module] public sealed class Widening(int width) { public Parameter Weight { get; } = new(width, width); public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight); }");

    [Fact]
    public Task TransposedBatch_IsReported() => Verify.Source(Model("A", "Nn.MatMul({|SHW2003:Nn.Transpose(x)|}, W)", "public Parameter W { get; } = new(8, 4);"));

    [Fact]
    public Task GroupCalledTwice_IsReportedAtTheSecondCall() =>
        Verify.Files(WithExperts("Nn.MatMul(x, W)").Replace("Group.Forward(x, ", "{|SHW1011:Group.Forward(Group.Forward(x, Nn.MatMul(x, W)), ", StringComparison.Ordinal).Replace("W));", "W))|};", StringComparison.Ordinal),
            Expert("Nn.MatMul(x, W)"));

    [Theory]
    [InlineData("BalanceLoss = {|SHW5002:-0.01f|}")]
    [InlineData("BalanceLoss = 0.01f, RouterZLoss = {|SHW5002:float.NaN|}")]
    public Task LossWeightBelowZero_IsReportedAtItsValue(string settings) =>
        Verify.Files(WithExperts("Nn.MatMul(x, W)").Replace("() => new(Width));", "() => new(Width)) { " + settings + " };", StringComparison.Ordinal), Expert("Nn.MatMul(x, W)"));

    [Theory]
    [InlineData("Slots = -1")]
    [InlineData("LeastTokens = -5")]
    [InlineData("Chunks = -1")]
    public Task NumberBelowZero_IsReportedAtItsArgument(string argument) =>
        Verify.Files(WithExperts("Nn.MatMul(x, W)").Replace("public ExpertGroup", $"[Experts(Placement = Placement.Adaptive, {{|SHW1009:{argument}|}})] public ExpertGroup", StringComparison.Ordinal), Expert("Nn.MatMul(x, W)"));

    [Fact]
    public Task ExpertThatSumsItsRows_IsReportedInTheExpert() => Verify.Files(WithExperts("Nn.MatMul(x, W)"), Expert("x * {|SHW1013:Nn.Sum(x)|}"));

    [Fact]
    public Task LossThatIsNotAScalar_IsReported() => Verify.Source(Model("A", "Nn.MatMul(x, W)", "public Parameter W { get; } = new(4, 4);").Replace("Nn.Mean(Forward(x))", "{|SHW1014:Nn.Exp(Forward(x))|}", StringComparison.Ordinal));

    static string WithExperts(string logits) => $$"""
        [Model]
        public sealed partial class A
        {
            public const int Batch = 8, Width = 4;
            public Parameter W { get; } = new(4, 4);
            public ExpertGroup<Expert> Group { get; } = new(4, 2, () => new(Width));
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Group.Forward(x, {{logits}});
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    static string Expert(string forward) => $$"""
        [Module]
        public sealed class Expert(int width) : IExpert
        {
            public Parameter W { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x) => {{forward}};
        }
        """;

    [Fact]
    public Task RightModel_IsClean() => Verify.Files(Model("A", members: "public Part Part { get; } = new(Width);"), Part.Replace("{|SHW1010:", "", StringComparison.Ordinal).Replace("|};", ";", StringComparison.Ordinal));
}
