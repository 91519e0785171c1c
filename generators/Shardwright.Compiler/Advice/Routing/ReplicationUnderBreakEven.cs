using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Routing;

/// <summary>
/// Adaptive placement of experts that get too few rows for a second copy to pay: after <see cref="ReplicaBreakEven"/>, which then keeps replicas away; where <c>LeastTokens</c> lets them in, by the time of a layer with one hot expert, with replicas and
/// without.
/// </summary>
public sealed class ReplicationUnderBreakEven : AdviceRule
{
    const string Skew = "skew";

    // Every rank has counts for every expert, and pairs of ranks have links: larger groups are left to the rule of thumb.
    const int MostRanks = 256;

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
            var fixes = EquatableArray.Of(new Fix("Use Placement.Static", EquatableArray.Of(new Edit(EditKind.AttributeArgument, group.At, "Experts.Placement = Placement.Static"))));
            if (group.Site.LeastTokens > 0 && study.Plan.Mesh.Expert <= MostRanks && Times(study, group, skew) is var (placed, home))
            {
                if (placed >= home)
                    yield return new(Info, group.At,
                        $"'{group.Site.Path}' may replicate hot experts, but a layer whose hottest expert has {AdviceText.Number(skew)} times the {AdviceText.Number(rows)} rows of a micro-batch at even load takes {AdviceText.Duration(placed)} with the replicas that "
                        + $"LeastTokens = {group.Site.LeastTokens} allows, and {AdviceText.Duration(home)} without, on {study.Target}. Keep Placement.Static, or give a rank more tokens")
                    {
                        Fixes = fixes,
                    };
                continue;
            }
            double needed = ReplicaBreakEven.Tokens(study.Machine, format, bytes, peers);
            if (excess >= needed)
                continue;
            yield return new(Info, group.At,
                $"'{group.Site.Path}' may replicate hot experts, but an expert gets {AdviceText.Number(rows)} rows of a micro-batch at even load, so one with {AdviceText.Number(skew)} times as many has {AdviceText.Number(excess)} to hand over; "
                + $"sending its weights pays from {AdviceText.Number(needed)} rows on ({bytes} B a weight ÷ 2 · {AdviceText.Number(study.Machine.HeadlineFlops[(int)format] / study.Machine.RanksPerChip / 1e12)} TFLOP/s of a rank ÷ {AdviceText.Number(ReplicaBreakEven.BytesPerSecond(study.Machine, peers) / 1e9)} GB/s "
                + $"of its links, on {study.Target}). Keep Placement.Static, or give a rank more tokens")
            {
                Fixes = fixes,
            };
        }
    }

    /// <summary>Time of a layer, forward and backward, in which one expert is hot and all others are even, with the planner's replicas and with every expert at home; null for experts without products.</summary>
    static (long Placed, long Home)? Times(ModelStudy study, DeclaredGroup group, double skew)
    {
        var site = group.Site;
        var experts = study.Train.Root.Walk().First(n => n.Op is ExpertLoop loop && loop.Site.Index == site.Index).Body!;
        if (ExpertSizes.Of(experts, site, checked((int)study.Plan.Step!.Program.Sites[site.Index].TokensPerRank)) is not { } shape)
            return null;
        var layout = new ExpertLayout(site.Experts, study.Plan.Mesh.Expert, site.Slots, leastTokens: site.LeastTokens);
        var exchange = (RowExchange)Enum.Parse(typeof(RowExchange), site.Dispatch);
        var estimator = new ExpertLayerEstimator(study.Machine, study.Estimate.Costs.Placement, layout, shape, exchange, site.Order == "Invariant" ? SplitOrder.Contiguous : null);
        int[][] counts = [.. Enumerable.Range(0, layout.Ranks).Select(_ => OneHot(shape, site.Experts, skew))];
        int[] load = RoutingGenerator.Sum(counts);
        var plan = new PlacementPlan(layout);
        new QuotaPlanner(layout).Plan(load, plan);
        return (estimator.Picoseconds(counts, plan), estimator.Static(counts, load));
    }

    /// <summary>A rank's rows: the first expert gets some times the mean, as far as tokens allow, and the others share the rest.</summary>
    static int[] OneHot(ExpertLayerShape shape, int experts, double skew)
    {
        long hot = Math.Min(shape.Tokens, (long)(skew * shape.Copies / experts)), rest = shape.Copies - hot;
        return [(int)hot, .. Enumerable.Range(0, experts - 1).Select(e => (int)(rest * (e + 1) / (experts - 1) - rest * e / (experts - 1)))];
    }
}
