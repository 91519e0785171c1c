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
        return (new(set.ToEquatable()), errors.ToEquatable());
    }
}
