using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary><c>[Recompute]</c> that lowers no peak: what it drops is not held where memory is fullest. The model is compiled without it.</summary>
public sealed class RecomputeWithoutGain : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW3014", "Recomputing frees no memory", RuleSeverity.Warning) { IsPerformance = true };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        foreach (var module in study.Linked.Modules)
        {
            if (module.Recompute && Without(study, new Cause(module.Type, -1), m => m with { Recompute = false }) is { } ofClass)
                yield return ofClass;
            foreach (var member in module.Members.Where(m => m.Recompute))
                if (Without(study, new Cause(module.Type, member.Site), m => m with { Members = m.Members.Select(p => p == member ? p with { Recompute = false } : p).ToEquatable() }) is { } ofMember)
                    yield return ofMember;
        }
    }

    Finding? Without(ModelStudy study, Cause at, Func<ModuleGraph, ModuleGraph> change)
    {
        if (study.With(linked => ModelStudy.WithModule(linked, at.Type, change)) is not { } plan || plan.PeakBytes > study.PeakBytes)
            return null;
        long saved = study.Step - plan.Estimate!.Summary.Picoseconds;
        return new(Info, at, $"[Recompute] frees nothing: a rank needs {AdviceText.Bytes(study.PeakBytes)} with it and {AdviceText.Bytes(plan.PeakBytes)} without, since what it drops is not held where memory is fullest. "
            + (saved > 0 ? $"Leaving it out {study.Saves(saved)}" : "Leave it out"), Math.Max(0, saved));
    }
}
