namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// Activations of a class take a large part of a peak that fills memory, and computing them again costs next to nothing: the model is compiled with <c>[Recompute]</c> on the class. Korthikanti et al. (arXiv 2205.05198) choose what to recompute the same way, by
/// bytes against time.
/// </summary>
public sealed class SavedButCheap : AdviceRule
{
    const string LeastFull = "least_full_percent", LeastSaving = "least_peak_percent", MostTime = "most_step_percent";

    /// <summary>Classes that are compiled with the attribute, those first that keep most.</summary>
    const int Tried = 3;

    public override RuleInfo Info { get; } = new("SHW3006", "Activations are kept that are cheap to compute again", RuleSeverity.Info)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(LeastFull, 50, 0, 100), new RuleOption(LeastSaving, 5, 0, 100), new RuleOption(MostTime, 1, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        long capacity = study.Machine.Rank.HbmBytes;
        if (study.PeakBytes < capacity * study.Option(Info, LeastFull) / 100)
            yield break;
        double least = study.PeakBytes * study.Option(Info, LeastSaving) / 100;
        var kept = new LiveMemory(study).SavedByClass().Where(c => c.Bytes >= least && c.Type != study.Linked.Type && !study.Linked.Modules.First(m => m.Type == c.Type).Recompute);
        foreach (var (type, bytes) in kept.Take(Tried))
        {
            if (study.With(linked => linked.WithRecompute(type)) is not { } plan)
                continue;
            long saved = study.PeakBytes - plan.PeakBytes, longer = plan.Estimate!.Summary.Picoseconds - study.Step;
            if (saved < least || longer > study.Step * study.Option(Info, MostTime) / 100)
                continue;
            string name = type.Substring(type.LastIndexOf('.') + 1);
            yield return new(Info, new Cause(type, -1),
                $"{name} keeps {AdviceText.Bytes(bytes)} for the backward pass. With [Recompute] a rank needs {AdviceText.Bytes(plan.PeakBytes)} of {AdviceText.Bytes(capacity)} instead of {AdviceText.Bytes(study.PeakBytes)}, "
                + $"and a step of {AdviceText.Duration(study.Step)} takes {AdviceText.Duration(Math.Max(0, longer))} longer ({AdviceText.Percent((double)Math.Max(0, longer) / study.Step)}) on {study.Target}")
            {
                SavedBytes = saved,
                Fixes = EquatableArray.Of(new Fix($"Compute the activations of {name} again", EquatableArray.Of(new Edit(EditKind.Attribute, new Cause(type, -1), "Recompute")))),
            };
        }
    }
}
