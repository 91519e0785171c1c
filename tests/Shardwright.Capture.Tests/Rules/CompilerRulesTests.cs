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
        public sealed partial class {{(rule == "" ? name : $"{{|{rule}:{name}|}}")}}
        {
            public const int Batch = 8, Width = 4;
            {{members}}
            public Tensor<float> Forward([Shape({{shape}})] {{shard}} Tensor<float> x) => {{forward}};
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    [Fact]
    public Task ShapeMismatch_InAnotherFile_IsReportedThere() => Verify.Files(Model("A"), Part);

    [Fact]
    public Task ShapeMismatch_InAModuleOfTwoModels_IsReportedOnce() => Verify.Files(Model("A"), Part, Model("B"));

    [Fact]
    public Task UnknownDimension_IsReportedAtTheModel() => Verify.Source(Model("A", "x", "public Parameter W { get; } = new(4);", shape: "\"Bach\", nameof(Width)", rule: "SHW1015"));

    [Fact]
    public Task InputThatIsNotSharded_IsReportedAtTheModel() => Verify.Source(Model("A", "x + W", "public Parameter W { get; } = new(4);", shard: "", rule: "SHW1015"));

    [Fact]
    public Task BatchThatDataDoesNotDivide_IsReportedAtTheModel() => Verify.Source(Model("A", "x + W", "public Parameter W { get; } = new(4);", "[Model, Mesh(Data = 3)]", rule: "SHW2001"));

    [Fact]
    public Task ExpertThatDoesNotDivideData_IsReportedAtTheModel() => Verify.Source(Model("A", "x + W", "public Parameter W { get; } = new(4);", "[Model, Mesh(Data = 4, Expert = 3)]", rule: "SHW2002"));

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
    public Task RightModel_IsClean() => Verify.Files(Model("A", members: "public Part Part { get; } = new(Width);"), Part.Replace("{|SHW1010:", "", StringComparison.Ordinal).Replace("|};", ";", StringComparison.Ordinal));
}
