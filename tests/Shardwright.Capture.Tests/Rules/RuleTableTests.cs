using System.Globalization;
using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;
using Shardwright.Compiler.Advice;

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
    public void ReleaseTables_HaveEveryRuleAsItIs()
    {
        var table = File.ReadAllLines(Path.Combine(References.Metadata("RulePages"), "../Shardwright.Analyzers/AnalyzerReleases.Unshipped.md")).Where(line => line.StartsWith("SHW", StringComparison.Ordinal));
        var rules = new ModelAnalyzer().SupportedDiagnostics.OrderBy(r => r.Id, StringComparer.Ordinal).Select(r => $"{r.Id} | {r.Category} | {r.DefaultSeverity} | [{r.Title}]({r.HelpLinkUri})");
        Assert.Equal(rules, table);
    }

    [Fact]
    public void PagesOfRulesWithThresholds_NameThemWithTheirDefaults()
    {
        foreach (var (key, option) in AllAdvice.Options)
            Assert.Contains($"| `{key}` | {option.Default.ToString(CultureInfo.InvariantCulture)} |", File.ReadAllText(Path.Combine(References.Metadata("RulePages"), key[..7] + ".md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Identifiers_AreUnique()
    {
        var ids = new ModelAnalyzer().SupportedDiagnostics.Select(r => r.Id).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }
}
