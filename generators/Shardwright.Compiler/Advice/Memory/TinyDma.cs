using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// Rows that are gathered or scattered one by one in payloads too small for the DMA engines: below the machine's full payload (4 KiB on Trainium: AWS Neuron SDK 2.32, nki-dma-bandwidth-guide.rst) a payload's fixed part counts
/// (<see cref="DmaTime.PayloadShare"/>).
/// </summary>
public sealed class TinyDma : AdviceRule
{
    const string LeastShare = "least_bytes_percent";

    public override RuleInfo Info { get; } = new("SHW3013", "Rows move in payloads too small for DMA", RuleSeverity.Info) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LeastShare, 5, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        int full = study.Machine.Rank.DmaFullPayload;
        var tiny = study.Statements.Where(s => s.Cost.Op.Work.PayloadBytes is > 0 and var payload && payload < full).OrderByDescending(Bytes).ThenBy(s => s.Index).ToList();
        double all = study.Estimate.Ops.Sum(o => (double)o.Times.HbmBytes * o.Runs), moved = tiny.Sum(Bytes);
        if (tiny.Count == 0 || moved < all * study.Option(Info, LeastShare) / 100)
            yield break;
        int smallest = tiny.Min(s => s.Cost.Op.Work.PayloadBytes);
        long cost = study.Step - study.Retime(op => op.Work.PayloadBytes is > 0 and var payload && payload < full ? op with { Work = op.Work with { PayloadBytes = full } } : op);
        yield return new(Info, tiny[0].At,
            $"{(tiny.Count == 1 ? "A statement moves" : $"{tiny.Count} statements move")} rows of {smallest} bytes one by one ({string.Join(", ", tiny.Select(s => s.Node.Op.Name).Distinct().Take(4))}), {AdviceText.Percent(moved / all)} of the bytes between HBM and core; on {study.Target} a DMA reaches its bandwidth from {full} bytes and "
            + $"{AdviceText.Percent(DmaTime.PayloadShare(smallest, full))} of it at {smallest}. That costs {AdviceText.Duration(cost)} of a step of {AdviceText.Duration(study.Step)} ({AdviceText.Percent((double)cost / study.Step)}); rows of {full / tiny[0].Node.Outputs[0].ElementBytes} elements do not pay it")
        {
            Also = tiny.Select(s => s.At).Where(at => at != tiny[0].At).Distinct().ToEquatable(),
        };
    }

    static double Bytes(Statement statement) => (double)statement.Cost.Times.HbmBytes * statement.Cost.Runs;
}
