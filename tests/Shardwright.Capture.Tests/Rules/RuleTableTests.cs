using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

/// <summary>Descriptors, pages and release tables agree.</summary>
public sealed class RuleTableTests
{
    [Fact]
    public void EveryRule_HasItsHelpLinkAndPage()
    {
        foreach (var rule in new ModelAnalyzer().SupportedDiagnostics)
        {
            Assert.Equal("https://shardwright.dev/rules/" + rule.Id, rule.HelpLinkUri);
            var page = File.ReadAllText(Path.Combine(References.Metadata("RulePages"), rule.Id + ".md"));
            Assert.StartsWith($"# {rule.Id}: {rule.Title}", page, StringComparison.Ordinal);
            Assert.Contains("## Why", page, StringComparison.Ordinal);
            Assert.Contains("## Instead", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Identifiers_AreUnique()
    {
        var ids = new ModelAnalyzer().SupportedDiagnostics.Select(r => r.Id).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }
}
