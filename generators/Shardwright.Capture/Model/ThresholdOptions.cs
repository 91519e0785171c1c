using System.Globalization;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Compiler;
using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Model;

/// <summary>The thresholds of the rules, from the <c>.editorconfig</c> entries that hold for the file of a model: <c>SHW3002.near_full_percent = 90</c>.</summary>
public static class ThresholdOptions
{
    /// <summary>What is set, and what cannot be used: then the default holds.</summary>
    public static (Thresholds Thresholds, EquatableArray<(string Got, string Need)> Errors) Read(AnalyzerConfigOptions options)
    {
        var set = new List<Threshold>();
        var errors = new List<(string, string)>();
        foreach (var pair in AllAdvice.Options.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (!options.TryGetValue(pair.Key, out var text))
                continue;
            var option = pair.Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= option.Least && value <= option.Most)
                set.Add(new(pair.Key, value));
            else
                errors.Add(($"{pair.Key} = {text}", string.Format(CultureInfo.InvariantCulture, "a number from {0} to {1}", option.Least, option.Most)));
        }
        foreach (string key in Keys(options).Where(k => !AllAdvice.Options.Keys.Contains(k, StringComparer.OrdinalIgnoreCase)).OrderBy(k => k, StringComparer.Ordinal))
            errors.Add(($"{key.Substring(0, 7).ToUpperInvariant()}{key.Substring(7)}", Alternatives(key.Substring(0, 8))));
        return (new(set.ToEquatable()), errors.ToEquatable());
    }

    /// <summary>What looks like a threshold: <c>shw3002.</c> and a name; the compiler gives keys in lower case.</summary>
    static IEnumerable<string> Keys(AnalyzerConfigOptions options) => options.Keys.Where(k => k.Length > 8 && k.StartsWith("shw", StringComparison.OrdinalIgnoreCase) && k[7] == '.' && k.Skip(3).Take(4).All(char.IsDigit));

    static string Alternatives(string rule)
    {
        var names = AllAdvice.Options.Keys.Where(k => k.StartsWith(rule, StringComparison.OrdinalIgnoreCase)).OrderBy(k => k, StringComparer.Ordinal).ToList();
        return names.Count > 0 ? string.Join(" or ", names) : "a rule that has thresholds (the list of rules names them)";
    }
}
