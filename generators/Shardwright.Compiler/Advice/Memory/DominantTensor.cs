using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>One activation tensor takes a large part of a rank's memory: logits, attention scores, copies of tokens for their experts.</summary>
public sealed class DominantTensor : AdviceRule
{
    const string LargestShare = "largest_tensor_percent";

    public override RuleInfo Info { get; } = new("SHW3004", "One tensor takes a large part of a rank's memory", RuleSeverity.Warning) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LargestShare, 25, 1, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        long capacity = study.Machine.Rank.HbmBytes, least = (long)(capacity * study.Option(Info, LargestShare) / 100);
        var large = study.Train.Workspace.Select(b => (Buffer: b, Bytes: b.SlotBytes))
            .Concat(study.Train.Routed.SelectMany(r => r.Buffers.Select(b => (Buffer: b, Bytes: b.SlotBytes * r.Rows)))).Where(b => b.Bytes > least).ToList();
        // A value and its gradient have one place; the value itself is what its author knows.
        foreach (var group in large.GroupBy(b => LiveMemory.PlaceOf(b.Buffer)).OrderBy(g => g.Key.Type, StringComparer.Ordinal).ThenBy(g => g.Key.Site))
        {
            var (buffer, bytes) = group.OrderByDescending(b => b.Bytes).ThenBy(b => b.Buffer.First).First();
            yield return new(Info, group.Key,
                $"{LiveMemory.Describe(buffer)} takes {AdviceText.Bytes(bytes)} of a rank's {AdviceText.Bytes(capacity)} on {study.Target}, {AdviceText.Percent((double)bytes / capacity)}"
                + $"{(group.Skip(1).Any() ? $", and {group.Count() - 1} more from the same expression do" : "")}. {Remedy(study, buffer, bytes)}");
        }
    }

    static string Remedy(ModelStudy study, ArenaBuffer buffer, long bytes)
    {
        var value = LiveMemory.Named(buffer);
        var primal = value.Primal ?? value;
        if (AttentionScores.IsScores(primal))
            return "Nn.CausalAttention never stores scores";
        string half = $"Twice the ranks, or {2 * study.Plan.MicroBatches} micro-batches of {study.Plan.Batch / 2} sequences, make it {AdviceText.Bytes(bytes / 2)}";
        return study.Train.Root.Walk().Any(n => n.Op is CrossEntropy && n.Input(0) == primal) ? half + $"; its last dimension is the vocabulary, {primal.Type.Last}" : half;
    }
}
