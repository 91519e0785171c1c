namespace Shardwright.Compiler.Advice.Memory;

/// <summary>A rank's plan fits, but leaves little: uneven routing, a longer sequence or the runtime's own buffers take it over. The threshold is that of PyTorch's TensorBoard plug-in.</summary>
public sealed class HbmNearlyFull : AdviceRule
{
    const string NearFull = "near_full_percent";

    public override RuleInfo Info { get; } = new("SHW3002", "A rank's memory is nearly full", RuleSeverity.Warning) { Options = EquatableArray.Of(new RuleOption(NearFull, 90, 1, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        long capacity = study.Machine.Rank.HbmBytes;
        double share = (double)study.PeakBytes / capacity, threshold = study.Option(Info, NearFull) / 100;
        if (share <= threshold || study.PeakBytes > capacity)
            yield break;
        var holders = new LiveMemory(study).AtPeak();
        var remedies = MemoryRemedies.All(study);
        long wanted = (long)(capacity * threshold);
        yield return MemoryRemedies.WithFix(new(Info, holders[0].At,
            $"A rank needs {AdviceText.Bytes(study.PeakBytes)} of {AdviceText.Bytes(capacity)} at even load on {study.Target}, {AdviceText.Percent(share)}; {AdviceText.Bytes(capacity - study.PeakBytes)} are left for uneven routing: {MemoryText.Holders(holders)}. "
            + MemoryRemedies.Text(remedies, capacity))
        {
            Also = MemoryText.Others(study, holders),
        }, study, remedies, wanted);
    }
}
