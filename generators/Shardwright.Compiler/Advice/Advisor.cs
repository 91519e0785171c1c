using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice;

/// <summary>Asks every rule about a compiled model.</summary>
public static class Advisor
{
    /// <summary>All findings: mistakes first, then advice by what it saves, then by rule and place. A rule that fails is a defect of ours and costs its own findings only.</summary>
    public static (EquatableArray<Finding> Findings, EquatableArray<CompilerDiagnostic> Defects) Run(CompiledModel compiled)
    {
        if (compiled.Plan is null)
            return (default, default);
        var study = new ModelStudy(compiled);
        var findings = new List<Finding>();
        var defects = new List<CompilerDiagnostic>();
        foreach (var rule in AllAdvice.Rules)
            try
            {
                findings.AddRange(rule.Find(study));
            }
            catch (Exception fault)
            {
                defects.Add(new(Rules.InternalError, compiled.Linked.Type, -1, $"rule {rule.Info.Id}: {fault.GetType().Name}: {fault.Message}"));
            }
        var sorted = findings.OrderBy(f => f.Rule.IsPerformance).ThenByDescending(f => f.SavedPicoseconds).ThenBy(f => f.Rule.Id, StringComparer.Ordinal)
            .ThenBy(f => f.At.Type, StringComparer.Ordinal).ThenBy(f => f.At.Site);
        return (sorted.ToEquatable(), defects.ToEquatable());
    }

    /// <summary>Performance findings that an editor shows of one class: the issue of a wall of squiggles is that nobody reads any.</summary>
    public const int ShownOfAClass = 4;

    /// <summary>The findings that an editor shows; a report has them all.</summary>
    public static IEnumerable<Finding> Shown(IEnumerable<Finding> findings)
    {
        var shown = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var finding in findings)
        {
            shown.TryGetValue(finding.At.Type, out int count);
            if (finding.Rule.IsPerformance && count >= ShownOfAClass)
                continue;
            if (finding.Rule.IsPerformance)
                shown[finding.At.Type] = count + 1;
            yield return finding;
        }
    }
}
