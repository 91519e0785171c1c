using Microsoft.CodeAnalysis;
using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

/// <summary>The configurations that the package ships, and how they stand to a user's own.</summary>
public sealed class AnalysisModeTests
{
    private static readonly DiagnosticDescriptor[] Rules =
    [
        Rule("SHW9003", DiagnosticSeverity.Error), Rule("SHW9002", DiagnosticSeverity.Warning), Rule("SHW9001", DiagnosticSeverity.Info, isEnabled: false),
    ];

    [Theory]
    [InlineData("none")]
    [InlineData("all")]
    public void ShippedConfiguration_IsMadeFromTheRules(string mode)
    {
        string path = Path.Combine(References.Metadata("RulePages"), "..", "..", "sdk", "Shardwright.Package", "build", mode + ".globalconfig"), text = AnalysisConfigurations.Text(mode, new ModelAnalyzer().SupportedDiagnostics);
        if (Environment.GetEnvironmentVariable("UPDATE_CONFIGS") == "1")
            File.WriteAllText(path, text);
        Assert.True(text == File.ReadAllText(path), $"{path} is not what the rules say: run this test with UPDATE_CONFIGS=1, which rewrites it.");
    }

    [Fact]
    public void None_TurnsOffAllButErrors() => Assert.Equal([("SHW9001", ReportDiagnostic.Suppress), ("SHW9002", ReportDiagnostic.Suppress)], Global(AnalysisConfigurations.Text("none", Rules)));

    [Fact]
    public void All_MakesEveryRuleAWarning_AndLeavesErrors() => Assert.Equal([("SHW9001", ReportDiagnostic.Warn), ("SHW9002", ReportDiagnostic.Warn)], Global(AnalysisConfigurations.Text("all", Rules)));

    [Theory]
    [InlineData("/project/.globalconfig", "is_global = true")]
    [InlineData("/package/other.globalconfig", "is_global = true\nglobal_level = -99")]
    public void UsersConfiguration_Wins(string path, string head)
    {
        string user = $"{head}\ndotnet_diagnostic.SHW9002.severity = suggestion\n";
        Assert.Contains(("SHW9002", ReportDiagnostic.Info), Global(AnalysisConfigurations.Text("all", Rules), (path, user)));
    }

    private static (string, ReportDiagnostic)[] Global(string shipped, params (string Path, string Text)[] others)
    {
        AnalyzerConfig[] all = [AnalyzerConfig.Parse(shipped, "/package/shipped.globalconfig"), .. others.Select(o => AnalyzerConfig.Parse(o.Text, o.Path))];
        var set = AnalyzerConfigSet.Create(all, out var problems);
        Assert.Empty(problems);
        return [.. set.GlobalConfigOptions.TreeOptions.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => (o.Key.ToUpperInvariant(), o.Value))];
    }

    private static DiagnosticDescriptor Rule(string id, DiagnosticSeverity severity, bool isEnabled = true) => new(id, "A title", "A message", "Shardwright", severity, isEnabled);
}
