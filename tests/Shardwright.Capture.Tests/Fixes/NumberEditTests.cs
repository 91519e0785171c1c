using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Fixes;

public sealed class NumberEditTests
{
    static Task Change(string before, string after, string value = "128") => Edits.Change(EditKind.Number, value, before, after);

    static Task Offer(string source, string value = "128") => Edits.Offer(EditKind.Number, value, source);

    [Fact]
    public Task Literal_AtThePlace_IsWritten() => Change("class A { Parameter W = new({|SHW3011:96|} /* wide */, 4); }", "class A { Parameter W = new(128 /* wide */, 4); }");

    [Theory]
    [InlineData("96", "128")]
    [InlineData("0x60", "128")]
    [InlineData("(96)", "(128)")]
    [InlineData("1_096", "128")]
    public Task Constant_ThatThePlaceNames_IsWritten(string before, string after) => Change(
        $"class A {{ const int Width = {before}; // columns\n    Parameter W = new({{|SHW3011:Width/**/|}}, Width); }}", $"class A {{ const int Width = {after}; // columns\n    Parameter W = new({{|SHW3011:Width/**/|}}, Width); }}");

    [Fact]
    public Task LongConstant_WrittenInGroups_StaysSo() => Change("class A { const long Rows = 1_000L; long Twice() => 2 * {|SHW3011:A.Rows|}; }", "class A { const long Rows = 1_024L; long Twice() => 2 * {|SHW3011:A.Rows|}; }", "1024");

    [Fact]
    public Task Constant_OfAnotherFile_IsWrittenThere() => Edits.Change(EditKind.Number, "128",
        ["class A { Parameter W = new({|SHW3011:Sizes.Width|}, 4); }", "static class Sizes { /* all */ public const int Height = 3, Width = 96; }"],
        ["class A { Parameter W = new({|SHW3011:Sizes.Width|}, 4); }", "static class Sizes { /* all */ public const int Height = 3, Width = 128; }"]);

    [Fact]
    public Task Constant_OfAConstant_IsWrittenAtItsRoot() => Change(
        "class A { const int Width = B.Wide; Parameter W = new({|SHW3011:Width/**/|}); } class B { public const int Wide = 96; }",
        "class A { const int Width = B.Wide; Parameter W = new({|SHW3011:Width/**/|}); } class B { public const int Wide = 128; }");

    [Theory]
    [InlineData("nameof(Batch)")]
    [InlineData("nameof(A.Batch)")]
    [InlineData("\"Batch\"")]
    public Task Dimension_ThatNamesAConstant_IsWrittenThere(string dimension) => Change(
        $"class A {{ const int Batch = 96; void F([Shape({{|SHW3011:{dimension}|}}, \"4\")] int x) {{ }} }}", $"class A {{ const int Batch = 128; void F([Shape({{|SHW3011:{dimension}|}}, \"4\")] int x) {{ }} }}");

    [Fact]
    public Task Dimension_InDigits_IsWritten() => Change("class A { void F([Shape({|SHW3011:\"96\"|}, \"4\")] int x) { } }", "class A { void F([Shape(\"128\", \"4\")] int x) { } }");

    [Fact]
    public Task LocalConstant_IsWritten() => Change("class A { int F() { const int n = 96; return 1 + ({|SHW3011:n/**/|}); } }", "class A { int F() { const int n = 128; return 1 + ({|SHW3011:n/**/|}); } }");

    [Theory]
    [InlineData("const int Width = 24; Parameter W = new({|SHW3011:4 * Width|});")]
    [InlineData("const int Width = 4 * 24; Parameter W = new({|SHW3011:Width/**/|});")]
    [InlineData("Parameter W = new({|SHW3011:(int)96f|});")]
    [InlineData("static readonly int Width = 96; Parameter W = new({|SHW3011:Width/**/|});")]
    [InlineData("enum E { Width = 96 } Parameter W = new((int){|SHW3011:E.Width|});")]
    [InlineData("const float Width = 96; float F() => {|SHW3011:Width/**/|};")]
    public Task NumberThatIsComputed_HasNoOnePlace(string members) => Offer($"class A {{ {members} }}");

    [Fact]
    public Task ConstructorArgument_IsItsCallersToChoose() => Offer("class A(int width = 96) { Parameter W = new({|SHW3011:width/**/|}); }");

    [Fact]
    public Task SameNumber_IsNotOffered() => Offer("class A { const int Width = 128; Parameter W = new({|SHW3011:Width/**/|}); }");

    [Fact]
    public Task ConstantOfALibrary_IsNotOffered() => Offer("class A { Parameter W = new({|SHW3011:int.MaxValue|}); }");

    [Fact]
    public Task EveryNumber_IsWrittenTogether() => Change(
        "class A { Parameter V = new({|SHW3011:96|}, 4), W = new({|SHW3011:96|}, 8); }", "class A { Parameter V = new(128, 4), W = new(128, 8); }");
}
