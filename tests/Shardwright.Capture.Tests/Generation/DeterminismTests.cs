using System.Globalization;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Generation;

/// <summary>The emitted text depends on the model alone.</summary>
public sealed class DeterminismTests
{
    static string Emitted(string root = "/project/")
    {
        var test = new GeneratorTest(SampleSources.Files.Select(f => (f.Path.Replace("/project/", root, StringComparison.Ordinal), f.Code)),
            new Dictionary<string, string> { ["build_property.ProjectDir"] = root });
        var run = test.Run();
        Assert.Null(run.Exception);
        return string.Join("\n", run.GeneratedSources.Select(s => $"// ==== {s.HintName}\n{s.SourceText}"));
    }

    [Fact]
    public void Emission_AgainAndFromAnotherCheckout_IsTheSame()
    {
        var first = Emitted();
        Assert.Equal(first, Emitted());
        Assert.Equal(first, Emitted("/home/someone/elsewhere/"));
        Assert.DoesNotContain("/project/", first, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fi-FI")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void Emission_InAnotherCulture_IsTheSame(string culture)
    {
        var here = Emitted();
        var (before, beforeUi) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal(here, Emitted());
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, beforeUi);
        }
    }
}
