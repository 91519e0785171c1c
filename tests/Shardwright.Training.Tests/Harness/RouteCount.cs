using Shardwright.Execution;
using Shardwright.Hardware;

namespace Shardwright.Training.Tests.Harness;

/// <summary>Counts, from recorded routes alone, what the ranks of a mesh receive and send: apart from the runtime's own bookkeeping.</summary>
/// <param name="plan">The plan.</param>
/// <param name="routing">The routes.</param>
/// <param name="planner">Who places experts; null where all are at home.</param>
public sealed class RouteCount(ProgramPlan plan, RecordedRouting routing, Func<ExpertLayout, PlacementPlanner>? planner = null)
{
    /// <summary>Copies that one rank's experts receive in one layer of a micro-batch.</summary>
    public int Rows(int step, int microBatch, int site, int layer, int rank) => planner is null ? Copies(step, microBatch, site, layer).Count(copy => copy.Owner == rank) : Placed(planner, step, microBatch, site, layer, rank);

    /// <summary>Copies whose expert is on another rank than their token.</summary>
    public int OffRank(int step, int microBatch, int site, int layer) => Copies(step, microBatch, site, layer).Count(copy => copy.Owner != copy.Source);

    /// <summary>The plan's peak at the recorded rows: of each rank and micro-batch, the largest.</summary>
    public long PeakBytes(int step) => PeakBytes(step, (_, _, _, _) => 0);

    /// <summary>The same, with bytes of scratch for (micro-batch, site, layer, rank).</summary>
    public long PeakBytes(int step, Func<int, int, int, int, long> scratch)
    {
        long peak = 0;
        for (int microBatch = 0; microBatch < plan.MicroBatches; microBatch++)
            for (int rank = 0; rank < plan.Data; rank++)
                peak = Math.Max(peak, plan.PeakBytes(Everywhere((site, layer) => Rows(step, microBatch, site, layer, rank)), Everywhere((site, layer) => scratch(microBatch, site, layer, rank))));
        return peak;

        T[] Everywhere<T>(Func<int, int, T> of) => [.. plan.Experts.SelectMany((site, s) => Enumerable.Range(0, site.Layers).Select(layer => of(s, layer)))];
    }

    /// <summary>Copies of the largest pair of a sender and a receiver in a rank's expert group.</summary>
    public int LargestBlock(int step, int microBatch, int site, int layer, int rank)
    {
        var layout = new ExpertLayout(plan.Experts[site].ExpertCount, plan.Expert, plan.Experts[site].Slots);
        int[] experts = routing.Experts(step, microBatch, site, layer).ToArray();
        int copies = experts.Length / plan.Data, first = rank / plan.Expert * plan.Expert;
        var counts = Enumerable.Range(first, plan.Expert).Select(source =>
        {
            var row = new int[layout.Experts];
            foreach (int expert in experts.AsSpan(source * copies, copies))
                row[expert]++;
            return row;
        }).ToArray();
        var placement = new PlacementPlan(layout);
        (planner ?? (_ => new StaticPlanner()))(layout).Plan([.. Enumerable.Range(0, layout.Experts).Select(expert => counts.Sum(row => row[expert]))], placement);
        var split = new TokenSplit(layout, node: layout.Ranks);
        split.Fill(counts, placement, SplitOrder.Locality);
        return Enumerable.Range(0, layout.Ranks * layout.Ranks).Max(pair => Enumerable.Range(0, split.First[layout.Experts]).Where(i => split.InstanceRank[i] == pair % layout.Ranks).Sum(i => split.Tokens[pair / layout.Ranks][i]));
    }

    int Placed(Func<ExpertLayout, PlacementPlanner> planner, int step, int microBatch, int site, int layer, int rank)
    {
        var layout = new ExpertLayout(plan.Experts[site].ExpertCount, plan.Expert, plan.Experts[site].Slots);
        int[] experts = routing.Experts(step, microBatch, site, layer).ToArray(), load = new int[layout.Experts];
        int copiesAGroup = experts.Length / plan.Data * plan.Expert;
        foreach (int expert in experts.AsSpan(rank / plan.Expert * copiesAGroup, copiesAGroup))
            load[expert]++;
        var placement = new PlacementPlan(layout);
        planner(layout).Plan(load, placement);
        return placement.RankTokens[rank % plan.Expert];
    }

    IEnumerable<(int Source, int Owner)> Copies(int step, int microBatch, int site, int layer)
    {
        int[] experts = routing.Experts(step, microBatch, site, layer).ToArray();
        int copiesARank = experts.Length / plan.Data, expertsARank = plan.Experts[site].ExpertCount / plan.Expert;
        // Of a sequence an expert takes no more than its capacity.
        int each = experts.Length / plan.Inputs[0].Shape[0];
        var kept = Enumerable.Range(0, experts.Length).GroupBy(copy => (copy / each, experts[copy])).SelectMany(own => own.Take(plan.Experts[site].Capacity));
        // A token's experts are on the ranks of its own expert group: Expert contiguous ranks.
        return kept.Select(copy => (Source: copy / copiesARank, Owner: copy / copiesARank / plan.Expert * plan.Expert + experts[copy] / expertsARank));
    }
}
