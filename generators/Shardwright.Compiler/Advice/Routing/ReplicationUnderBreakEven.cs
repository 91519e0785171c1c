using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Routing;

/// <summary>Adaptive placement of experts that get too few rows for a second copy to pay, after <see cref="ReplicaBreakEven"/>.</summary>
public sealed class ReplicationUnderBreakEven : AdviceRule
{
    const string Skew = "skew";

    public override RuleInfo Info { get; } = new("SHW5004", "Too few tokens for replicas of experts to pay", RuleSeverity.Info) { Options = EquatableArray.Of(new RuleOption(Skew, 3, 1, 1000)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        if (study.Plan.Mesh.Expert < 2)
            yield break;
        var peers = DeclaredGroup.Peers(study);
        foreach (var group in DeclaredGroup.All(study).Where(g => g.Member.Placement == "Adaptive"))
        {
            var products = study.Statements.Where(s => s.Cost.Op.Site == group.Site.Index).SelectMany(s => s.Cost.Op.Work.Products).ToList();
            if (products.Count == 0)
                continue;
            var format = products[0].Format;
            int bytes = format switch { OperandFormat.Float32 => 4, OperandFormat.BFloat16 => 2, _ => 1 };
            // A replica takes over what a hot expert has beyond the mean.
            double rows = (double)study.Plan.Step!.Program.Sites[group.Site.Index].TokensPerRank * study.Plan.Mesh.Expert * group.Site.TopK / group.Site.Experts, skew = study.Option(Info, Skew), excess = rows * (skew - 1);
            double needed = ReplicaBreakEven.Tokens(study.Machine, format, bytes, peers);
            if (excess >= needed)
                continue;
            yield return new(Info, group.At,
                $"'{group.Site.Path}' may replicate hot experts, but an expert gets {AdviceText.Number(rows)} rows of a micro-batch at even load, so one with {AdviceText.Number(skew)} times as many has {AdviceText.Number(excess)} to hand over; "
                + $"sending its weights pays from {AdviceText.Number(needed)} rows on ({bytes} B a weight ÷ 2 · {AdviceText.Number(study.Machine.HeadlineFlops[(int)format] / study.Machine.RanksPerChip / 1e12)} TFLOP/s of a rank ÷ {AdviceText.Number(ReplicaBreakEven.BytesPerSecond(study.Machine, peers) / 1e9)} GB/s "
                + $"of its links, on {study.Target}). Keep Placement.Static, or give a rank more tokens")
            {
                Fixes = EquatableArray.Of(new Fix("Use Placement.Static", EquatableArray.Of(new Edit(EditKind.AttributeArgument, group.At, "Experts.Placement = Placement.Static")))),
            };
        }
    }
}
