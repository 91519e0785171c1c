using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;
using Shardwright.CodeFixes;

namespace Shardwright.Capture.Tests.Rules;

public sealed class ModelDeclarationTests
{
    [Theory]
    [InlineData("[Model] public sealed class {|SHW1005:A|}", "[Model] public sealed partial class A")]
    [InlineData("[Model]\n/* kept */ class {|SHW1005:A|}", "[Model]\n/* kept */ partial class A")]
    public Task NotPartial_IsFixed(string before, string after)
        => CSharpCodeFixVerifier<ModelAnalyzer, PartialModelFix>.VerifyCodeFixAsync(Verify.Model(before), Verify.Model(after));

    [Fact]
    public Task OtherReason_HasNoFix()
    {
        var source = Verify.Model("[Model] public sealed partial class {|SHW1005:A|}<T>");
        return CSharpCodeFixVerifier<ModelAnalyzer, PartialModelFix>.VerifyCodeFixAsync(source, source);
    }

    [Theory]
    [InlineData("[Model] public sealed partial record {|SHW1005:A|}")]
    [InlineData("[Model] public sealed partial record class {|SHW1005:A|}")]
    public Task RecordModel_IsReported(string declaration) => Verify.Source(Verify.Model(declaration));

    [Fact]
    public Task RecordModule_IsReported() => Verify.Source("[Module] public sealed record {|SHW1005:A|}(int Width) { public Parameter W { get; } = new(4); }");

    [Fact]
    public Task Nested_IsReported() => Verify.Source("public static partial class Outer { " + Verify.Model("[Model] public sealed partial class {|SHW1005:A|}") + " }");

    [Fact]
    public Task NestedModule_IsNot() => Verify.Source("public static class Outer { [Module] public sealed class A { public Parameter W { get; } = new(4); } }");

    [Fact]
    public Task BaseClass_IsReported() => Verify.Source("public class Base; [Module] public sealed class {|SHW1005:A|} : Base { public Parameter W { get; } = new(4); }");

    [Fact]
    public Task AbstractModule_IsReported() => Verify.Source("[Module] public abstract class {|SHW1005:A|} { public Parameter W { get; } = new(4); }");

    [Fact]
    public Task FileLocalModule_IsReported() => Verify.Source("[Module] file sealed class {|SHW1005:A|} { public Parameter W { get; } = new(4); }");
}
