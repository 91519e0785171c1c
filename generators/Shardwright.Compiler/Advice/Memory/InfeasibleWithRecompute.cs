namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// What recomputation cannot drop is already too much: parameters with gradients and optimizer state, what layers hand to each other, what one statement uses. The words are XLA's: "can't reduce memory use below … by rematerialization;
/// only reduced to …".
/// </summary>
public sealed class InfeasibleWithRecompute : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW3003", "No recomputation makes the model fit", RuleSeverity.Error);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        long capacity = study.Machine.Rank.HbmBytes;
        if (study.PeakBytes <= capacity)
            yield break;
        var memory = new LiveMemory(study);
        long least = memory.RecomputedBytes();
        if (least <= capacity)
            yield break;
        var holders = memory.AtPeak();
        var remedies = MemoryRemedies.All(study);
        yield return MemoryRemedies.WithFix(new(Info, holders[0].At,
            $"Recomputing cannot bring a rank's memory below {AdviceText.Bytes(capacity)}, what it has on {study.Target}; whatever is recomputed, it is only reduced to {AdviceText.Bytes(least)}, from {AdviceText.Bytes(study.PeakBytes)}: "
            + $"weights, gradients and optimizer state take {AdviceText.Bytes(memory.PersistentBytes)}, what layers hand on and one statement at work {AdviceText.Bytes(least - memory.PersistentBytes)}. At the peak: {MemoryText.Holders(holders)}. "
            + MemoryRemedies.Text(remedies, capacity))
        {
            Also = MemoryText.Others(study, holders),
        }, study, remedies, capacity);
    }
}
