using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

public sealed class CannotCaptureTests
{
    [Theory]
    [InlineData("{|SHW1001:while (gated) x = x + x;|} return x;")]
    [InlineData("{|SHW1001:switch (width) { default: x = x + x; break; }|} return x;")]
    [InlineData("return {|SHW1001:width switch { 1 => x, _ => x + x }|};")]
    [InlineData("{|SHW1001:try { x = x + x; } finally { }|} return x;")]
    [InlineData("if (gated) {|SHW1001:throw new Exception();|} return x;")]
    [InlineData("{|SHW1001:using var stream = new System.IO.MemoryStream();|} return x;")]
    [InlineData("{|SHW1001:lock (Weight) x = x + x;|} return x;")]
    [InlineData("for (int i = 0; i < 3; i++) { if (gated) {|SHW1001:break;|} } return x;")]
    [InlineData("var f = {|SHW1001:() => 1|}; return x;")]
    [InlineData("{|SHW1001:Tensor<float> Local() => x;|} return x;")]
    [InlineData("var list = {|SHW1001:new System.Collections.Generic.List<int>()|}; return x;")]
    [InlineData("int[] sizes = {|SHW1001:[1, 2]|}; return x;")]
    [InlineData("var sizes = {|SHW1001:new int[2]|}; return x;")]
    [InlineData("Tensor<float> y = {|SHW1001:default|}!; return x;")]
    [InlineData("return {|SHW1001:x ?? Weight|};")]
    [InlineData("Tensor<float> y; return {|SHW1001:y = x|};")]
    [InlineData("var s = {|SHW1001:$\"{width}\"|}; return x;")]
    [InlineData("var bits = {|SHW1001:width << 1|}; return x;")]
    [InlineData("var b = {|SHW1001:(byte)width|}; return x;")]
    [InlineData("var y = {|SHW1001:x[0]|}; return x;")]
    [InlineData("var n = {|SHW1001:x.Rank|}; return x;")]
    [InlineData("{|SHW1001:Nn.Silu(x)|}; return x;")]
    [InlineData("{|SHW1001:_ = this|}; return x;")]
    [InlineData("{|SHW1001:for (long i = 0; i < 3; i++) x = x + x;|} return x;")]
    [InlineData("for (int i = 0; i < 9; i++) { {|SHW1001:i += 2|}; } return x;")]
    [InlineData("foreach (var c in {|SHW1001:\"abc\"|}) x = x + x; return x;")]
    public Task Construct_OutsideTheLanguage_IsReportedOnItsSpan(string statements) => Verify.Body(statements);

    [Fact]
    public Task Message_SaysWhatWhyAndWhatInstead() => Verify.Body("{|#0:while (gated) x = x + x;|} return x;", "",
        new DiagnosticResult("SHW1001").WithLocation(0).WithMessage("This loop cannot be captured: its trip count is not known at compile time; write 'for' with constant bounds or 'foreach' over a Repeated<T>"));

    [Fact]
    public Task SideEffect_OnAField_IsReported() => Verify.Body("{|SHW1001:calls|} = 1; return x;", "int calls;");

    [Fact]
    public Task ConstructorBody_IsReported() => Verify.Source("""
        [Module]
        public sealed class M
        {
            public M() { {|SHW1001:System.Console.WriteLine();|} }
            public Parameter Weight { get; } = new(4, 4);
        }
        """);

    [Fact]
    public Task SecondConstructor_IsReported() => Verify.Source("""
        [Module]
        public sealed class M
        {
            public M() { }
            public {|SHW1001:M|}(int width) { }
            public Parameter Weight { get; } = new(4, 4);
        }
        """);

    [Fact]
    public Task VirtualMethod_Called_IsReported() => Verify.Source("""
        [Module]
        public class M(int width)
        {
            public Parameter Weight { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x) => {|SHW1001:Mixed(x)|};
            protected virtual Tensor<float> Mixed(Tensor<float> x) => x;
        }
        """);

    [Fact]
    public Task GenericHelper_IsReported() => Verify.Body("return {|SHW1001:Same(x)|};", "static T Same<T>(T x) => x;");

    [Fact]
    public Task IndexOfModules_IsReported() => Verify.Source("""
        [Module] public sealed class Part { public Parameter W { get; } = new(4); public Tensor<float> Forward(Tensor<float> x) => x + W; }
        [Module] public sealed class M
        {
            public Repeated<Part> Parts { get; } = new(2, () => new());
            public Tensor<float> Forward(Tensor<float> x) => {|SHW1001:Parts[0]|}.Forward(x);
        }
        """);

    [Fact]
    public Task UnsupportedParameterType_IsReported() => Verify.Body("return x;", "public Tensor<float> Other({|SHW1001:object o|}) => Weight;");

    [Fact]
    public Task OrdinaryModel_IsClean() => Verify.Source(Verify.Model("[Model] public sealed partial class A"));
}
