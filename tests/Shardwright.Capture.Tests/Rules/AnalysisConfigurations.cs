using System.Text;
using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Tests.Rules;

/// <summary>The global analyzer configurations of <c>ShardwrightAnalysisMode</c>, made from the table of rules.</summary>
internal static class AnalysisConfigurations
{
    public static readonly string[] Modes = ["none", "all"];

    /// <summary>Errors stay as they are in every mode: without them there is no program.</summary>
    public static string Text(string mode, IEnumerable<DiagnosticDescriptor> rules)
    {
        var text = new StringBuilder();
        text.Append($"# ShardwrightAnalysisMode = {mode}. Made from the table of rules by AnalysisModeTests: UPDATE_CONFIGS=1 rewrites it.\n");
        // Below the level of every configuration that a user or an SDK writes.
        text.Append("is_global = true\nglobal_level = -100\n");
        foreach (var rule in rules.Where(r => r.DefaultSeverity != DiagnosticSeverity.Error).OrderBy(r => r.Id, StringComparer.Ordinal))
            text.Append($"\n# {rule.Title}\ndotnet_diagnostic.{rule.Id}.severity = {(mode == "none" ? "none" : "warning")}\n");
        return text.ToString();
    }
}
