using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

public sealed class RecursionTests
{
    [Fact]
    public Task Method_CallingItself_IsReported() => Verify.Body("return {|SHW1006:Forward(x)|};");

    [Fact]
    public Task Cycle_OverHelpers_IsReportedWhereItCloses() => Verify.Body("return Even(x);",
        "static Tensor<float> Even(Tensor<float> x) => Odd(x); static Tensor<float> Odd(Tensor<float> x) => {|#0:Even(x)|};",
        new DiagnosticResult("SHW1006").WithLocation(0).WithArguments("Even", "Even → Odd → Even"));

    [Fact]
    public Task SameHelper_CalledTwice_IsNot() => Verify.Body("return Twice(Twice(x));", "static Tensor<float> Twice(Tensor<float> x) => x + x;");
}
