namespace Shardwright.Compiler.Advice.Memory;

/// <summary>A rank needs more than its HBM. Says who holds how much where the program needs most, and what plans compiled with a change need.</summary>
public sealed class HbmOverflow : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW3001", "A rank needs more memory than it has", RuleSeverity.Error);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        long capacity = study.Machine.Rank.HbmBytes;
        if (study.PeakBytes <= capacity)
            yield break;
        var memory = new LiveMemory(study);
        // Where recomputing cannot help either, SHW3003 says so.
        if (memory.RecomputedBytes() > capacity)
            yield break;
        var holders = memory.AtPeak();
        var remedies = MemoryRemedies.All(study);
        yield return MemoryRemedies.WithFix(new(Info, holders[0].At,
            $"A rank needs {AdviceText.Bytes(study.PeakBytes)} at even load; on {study.Target} it has {AdviceText.Bytes(capacity)}: {MemoryText.Holders(holders)}. {MemoryRemedies.Text(remedies, capacity)}")
        {
            Also = MemoryText.Others(study, holders),
        }, study, remedies, capacity);
    }
}
