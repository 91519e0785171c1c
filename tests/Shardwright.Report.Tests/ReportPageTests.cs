using Shardwright.Hardware;
using Shardwright.Tasks.Page;

namespace Shardwright.Report.Tests;

/// <summary>The text of the page, without a browser.</summary>
public sealed class ReportPageTests
{
    [Fact]
    public void Render_SamePlanTwice_SameText() => Assert.Equal(ReportPage.Render(Plans.Sample), ReportPage.Render(Plans.Sample));

    [Fact]
    public void Render_HostileNames_DataHasNoCharacterThatEndsIt()
    {
        string page = ReportPage.Render(Plans.Hostile), start = "<script type=\"application/json\" id=\"plan\">";
        int from = page.IndexOf(start, StringComparison.Ordinal) + start.Length;
        string data = page[from..page.IndexOf("</script>", from, StringComparison.Ordinal)];

        Assert.True(data.Length >= Plans.Hostile.Length);
        Assert.DoesNotContain(data, c => c is '<' or '>' or '&' or '\u2028' or '\u2029');
    }

    [Fact]
    public void Render_Sample_IsLittleMoreThanDataAndLibrary() => Assert.InRange(ReportPage.Render(Plans.Sample).Length - Plans.Sample.Length, 1_000_000, 1_250_000);

    [Theory, InlineData(""), InlineData("{"), InlineData("[]"), InlineData("{\"models\": []}"), InlineData("{\"models\": [{}]}"), InlineData("{\"models\": 3}")]
    public void Render_NoReport_ErrorSaysWhatIsNeeded(string text)
    {
        var error = Assert.Throws<PlanDocumentException>(() => ReportPage.Render(text));

        Assert.Contains("plan.json", error.Message, StringComparison.Ordinal);
    }
}
