using System.Text.RegularExpressions;
using Shardwright.Compiler;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Passes;

/// <summary>A list of modules is compiled once, however long it is. How long that takes is a benchmark's business: <c>tests/benchmarks/GenerationTime</c>.</summary>
public sealed partial class LayerCountTests
{
    [Fact]
    public void Layers_FourOrAHundred_GiveTheSameProgram()
    {
        var few = CapturedModel.Plan(Source(4));
        var many = CapturedModel.Plan(Source(100));

        Assert.Equal(few.Programs.Select(p => p.Root.Walk().Count()), many.Programs.Select(p => p.Root.Walk().Count()));
    }

    [Fact]
    public void Layers_FourOrAHundred_GiveTheSameTextUpToNumbers()
    {
        string few = Text(Source(4)), many = Text(Source(100));

        // The plan lists the largest buffers first, so their order is a matter of numbers too.
        foreach (bool isBuffer in new[] { false, true })
            Assert.Equal(Lines(few, isBuffer), Lines(many, isBuffer));
    }

    private static string Source(int layers) => TestResource.ModelSource("Sample").Replace("Layers = 3", $"Layers = {layers}", StringComparison.Ordinal);

    private static string Text(string source)
    {
        var files = ModelCompiler.Print(ModelCompiler.Compile(CapturedModel.Link(source)), []);
        return string.Join('\n', files.Select(f => f.Text));
    }

    private static IEnumerable<string> Lines(string text, bool buffers)
    {
        var lines = WithoutNumbers(text).Split('\n').Where(line => line.TrimStart().StartsWith("new(", StringComparison.Ordinal) == buffers);
        return buffers ? lines.Order(StringComparer.Ordinal) : lines;
    }

    // Sizes are written as numbers with separators and units, and aligned: 1_572_864, 1.5 MB. What a collective costs, and by which algorithm, is a matter of numbers too.
    private static string WithoutNumbers(string text) => Spaces().Replace(Time().Replace(Number().Replace(text, "0"), "// time"), " ");

    [GeneratedRegex("// 0 on .*")]
    private static partial Regex Time();

    [GeneratedRegex(@"\d[\d_,.]*(E[-+]\d+)?L?( ([kKMG]i?B|bytes?|B|ns|µs|ms)\b)?")]
    private static partial Regex Number();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
