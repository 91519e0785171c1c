using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Advice.Structure;

public sealed class UnusedParameterTests
{
    const string Rule = "SHW1016";

    static string Model(string members, string forward, string loss = "Nn.Mean(Forward(x))", string name = "A") => $$"""
        [Model]
        public sealed partial class {{name}}
        {
            public const int Batch = 8, Width = 4;
            public Parameter W { get; } = new(Width);
            {{members}}
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => {{forward}};
            public Tensor<float> Loss(Tensor<float> x) => {{loss}};
        }
        """;

    static string Part(string uses, string parameter) => $$"""
        [Module]
        public sealed class Part(bool gated)
        {
            {{parameter}}
            public Parameter Gain { get; } = new(4);
            public Tensor<float> Forward(Tensor<float> x) => {{uses}};
        }
        """;

    const string Gate = "public Parameter Gate { get; } = new(4);", Reported = "{|SHW1016:" + Gate + "|}";

    [Fact]
    public Task ParameterThatNothingReads_IsReportedAtItsDeclaration() => AdviceVerify.Reports(Rule, Model("{|SHW1016:public Parameter Extra { get; } = new(Width, Width);|}", "x + W"));

    [Fact]
    public Task Message_SaysWhatItTakes() => AdviceVerify.Reports(Rule, Model("{|#0:public Parameter Extra { get; } = new(Width, Width);|}", "x + W"), expected: new DiagnosticResult(Rule).WithLocation(0).WithMessage(
        "'Extra' [4, 4] is read by neither Loss nor Forward: it keeps its initial values, and takes 256 B of a rank with gradients and AdamW's moments. Use it, or remove it"));

    [Fact]
    public Task ParameterOfForwardAlone_IsNotTrained() => AdviceVerify.Reports(Rule, Model("{|#0:public Parameter Extra { get; } = new(Width);|}", "x + W + Extra", "Nn.Mean(x + W)"), expected: new DiagnosticResult(Rule).WithLocation(0).WithMessage(
        "'Extra' [4] is read by Forward alone: Loss, which is what training makes small, does not reach it: it keeps its initial values, and takes 64 B of a rank with gradients and AdamW's moments. Use it, or remove it"));

    [Fact]
    public Task FrozenParameterOfForwardAlone_HasItsPart() => AdviceVerify.Reports(Rule, Model("[Frozen] public Parameter Extra { get; } = new(Width);", "x + W + Extra", "Nn.Mean(x + W)"));

    [Fact]
    public Task UseThatNeverRuns_DoesNotCount() => AdviceVerify.Reports(Rule, Model("public Part Part { get; } = new(false);", "Part.Forward(x + W)") + Part("gated ? x * Gate : x + Gain", Reported));

    [Fact]
    public Task UseInAnotherPlaceOfTheModel_IsEnough() => AdviceVerify.Reports(Rule,
        Model("public Part Part { get; } = new(false); public Part Other { get; } = new(true);", "Other.Forward(Part.Forward(x + W))") + Part("gated ? x * Gate + Gain : x + Gain", Gate));

    [Fact]
    public Task UseByAnotherModel_IsEnough() => AdviceVerify.Reports(Rule,
        Model("public Part Part { get; } = new(false);", "Part.Forward(x + W)") + Model("public Part Part { get; } = new(true);", "Part.Forward(x + W)", name: "B") + Part("gated ? x * Gate + Gain : x + Gain", Gate));

    [Fact]
    public Task ParameterThatNoModelReads_IsReportedOnce() => AdviceVerify.Reports(Rule,
        Model("public Part Part { get; } = new(false);", "Part.Forward(x + W)") + Model("public Part Part { get; } = new(true);", "Part.Forward(x + W)", name: "B") + Part("x + Gain", Reported));

    [Fact]
    public Task ModuleThatNothingCalls_IsOneFinding() => AdviceVerify.Reports(Rule, Model("{|#0:public Part Part { get; } = new(false);|}", "x + W") + Part("x * Gate + Gain", Gate), expected: new DiagnosticResult(Rule).WithLocation(0).WithMessage(
        "'Part', with 2 parameters, is read by neither Loss nor Forward: it keeps its initial values, and takes 128 B of a rank with gradients and AdamW's moments. Use it, or remove it"));
}
