using Microsoft.CodeAnalysis.Diagnostics;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>Analyzer config entries from a dictionary, or from lines <c>key = value</c>.</summary>
public sealed class ConfigOptions(IReadOnlyDictionary<string, string> values) : AnalyzerConfigOptions
{
    public static ConfigOptions Parse(string lines) => new(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
        .ToDictionary(pair => pair[0], pair => pair[1], KeyComparer));

    public override IEnumerable<string> Keys => values.Keys;

    public override bool TryGetValue(string key, out string value) => values.TryGetValue(key, out value!);
}
