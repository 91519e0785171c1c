using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

public sealed class MemberCannotBeCapturedTests
{
    static Task Member(string declaration) => Verify.Source("[Module] public sealed class M(int width) { " + declaration + " public int Width => width; }");

    [Theory]
    [InlineData("public Parameter? {|SHW1008:W|} { get; }")]
    [InlineData("public Parameter {|SHW1008:W|} { get; set; } = new(4);")]
    [InlineData("Parameter {|SHW1008:W|} { get; } = new(4);")]
    [InlineData("public static Parameter {|SHW1008:W|} { get; } = new(4);")]
    [InlineData("public Parameter {|SHW1008:W|} => new(4);")]
    [InlineData("public Parameter {|SHW1008:W|} { get; } = Make(); static Parameter Make() => new(4);")]
    [InlineData("public Parameter {|SHW1008:W|} = new(4);")]
    public Task Parameter_ThatInstantiationCannotKnow_IsReported(string declaration) => Member(declaration);

    [Theory]
    [InlineData("public readonly Parameter W = new(4);")]
    [InlineData("public Parameter W { get; } = ((new(4)));")]
    [InlineData("public Parameter W { get; } = new Parameter(4)!;")]
    [InlineData("internal Parameter W { get; } = new Parameter(width, 2 * width) { Initial = Initial.Zero };")]
    public Task Parameter_OtherwiseDeclared_IsNot(string declaration) => Member(declaration);

    [Fact]
    public Task ModuleWithoutAnnotation_IsReported() => Verify.Source("""
        public sealed class Part { public Parameter W { get; } = new(4); }
        [Module] public sealed class M { public Part {|SHW1008:One|} { get; } = new(); public Repeated<Part> {|SHW1008:Many|} { get; } = new(2, () => new Part()); }
        """);

    [Fact]
    public Task ReportedMember_IsNotReportedAgainWhereItIsUsed() => Verify.Body("return Nn.MatMul(x, W) + Nn.MatMul(x, W);", "public Parameter {|SHW1008:W|} { get; set; } = new(width, width);");

    [Fact]
    public Task ReportedClass_IsNotReportedAgainWhereItIsCalled() => Verify.Source("""
        public sealed class Part { public Parameter W { get; } = new(4); public Tensor<float> Forward(Tensor<float> x) => x + W; }
        [Module] public sealed class M
        {
            public Repeated<Part> {|SHW1008:Many|} { get; } = new(2, () => new Part());
            public Tensor<float> Forward(Tensor<float> x)
            {
                foreach (var part in Many)
                    x = part.Forward(x);
                return x;
            }
        }
        """);

    [Fact]
    public Task FactoryThatIsNoLambda_IsReported() => Verify.Source("""
        [Module] public sealed class Part { public Parameter W { get; } = new(4); public static Part Make() => new(); }
        [Module] public sealed class M { public Repeated<Part> {|SHW1008:Many|} { get; } = new(2, Part.Make); }
        """);

    [Fact]
    public Task MutableNumber_IsReportedWhereItIsUsed() => Verify.Body("return Nn.Rope(x, {|SHW1008:Heads|});", "public int Heads { get; set; } = 4;");

    [Fact]
    public Task NumberOfAnotherClass_IsReported() => Verify.Body("return Nn.Rope(x, {|SHW1008:Settings.Heads|});", "static class Settings { public static int Heads = 4; }");

    [Fact]
    public Task ModelArgumentWithoutDefault_IsReported() => Verify.Source(Verify.Model("[Model] public sealed partial class A({|SHW1008:int width|})", "public int Wide => width;"));

    [Fact]
    public Task ConstructorArgumentOfAnotherType_IsReported() => Verify.Source("[Module] public sealed class M({|SHW1008:Parameter shared|}) { public Parameter Shared() => shared; }");

    [Fact]
    public Task Message_NamesTheMember() => Verify.Source("[Module] public sealed class M { Parameter {|#0:W|} { get; } = new(4); }",
        new DiagnosticResult("SHW1008").WithLocation(0).WithMessage("'W' cannot be captured: the generated code has to reach it; make it public or internal"));
}
