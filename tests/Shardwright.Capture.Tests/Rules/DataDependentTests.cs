namespace Shardwright.Capture.Tests.Rules;

public sealed class DataDependentTests
{
    [Theory]
    [InlineData("if ({|SHW1002:x[0, 0] > 0f|}) x = x + x; return x;")]
    [InlineData("return {|SHW1002:x.Rank == 2|} ? x : x + x;")]
    [InlineData("for (int i = 0; i < {|SHW1002:(int)x.FlattenedLength|}; i++) x = x + x; return x;")]
    [InlineData("for (int i = {|SHW1002:x.Rank|}; i < 9; i++) x = x + x; return x;")]
    [InlineData("foreach (var e in {|SHW1002:x|}) x = x + x; return x;")]
    public Task ConditionOrBound_ThatReadsATensor_IsReported(string statements) => Verify.Body(statements);

    [Theory]
    [InlineData("if (width > 3 && gated) x = x + x; return x;")]
    [InlineData("for (int i = 0; i < width; i += 2) x = x + x; return x;")]
    public Task ConditionOrBound_OnConstructorArguments_IsNot(string statements) => Verify.Body(statements);
}
