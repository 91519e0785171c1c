using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;
using Shardwright.CodeFixes;

namespace Shardwright.Capture.Tests.Rules;

public sealed class InPlaceOperatorTests
{
    static Task Fixed(string before, string after)
        => CSharpCodeFixVerifier<ModelAnalyzer, InPlaceOperatorFix>.VerifyCodeFixAsync(Verify.Module(before), Verify.Module(after));

    [Fact]
    public Task Add_InPlace_BecomesANewTensor() => Fixed("{|SHW1004:x += x|}; return x;", "x = x + x; return x;");

    [Fact]
    public Task EveryOperator_IsFixedTogether()
        => Fixed("{|SHW1004:x -= x|}; {|SHW1004:x *= Weight|}; {|SHW1004:x /= 2f|}; return x;", "x = x - x; x = x * Weight; x = x / 2f; return x;");

    [Fact]
    public Task RightSide_StaysOneOperand() => Fixed("{|SHW1004:x *= x + Weight|}; // scaled\n        return x;", "x = x * (x + Weight); // scaled\n        return x;");

    [Fact]
    public Task Numbers_MayChangeInPlace() => Verify.Body("int n = 1; n += width; n++; return Nn.Rope(x, n);");

    [Fact]
    public Task Message_ShowsWhatToWrite() => Verify.Body("{|#0:x += Weight|}; return x;", "",
        new DiagnosticResult("SHW1004").WithLocation(0).WithMessage("'x += Weight' changes storage that other tensors may share: write 'x = x + …'"));
}
