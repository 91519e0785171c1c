namespace Shardwright.Hardware.Reports;

/// <summary>How rows fall on the experts of a group.</summary>
/// <param name="Site">The group.</param>
/// <param name="Ranks">Ranks that hold its experts together, in contiguous runs.</param>
/// <param name="Source">The group's dispatch in source; null when it is not known.</param>
/// <param name="Trace">File name of the routing trace that rows come from; null for even load.</param>
/// <param name="Rows">Rows of a micro-batch that each expert receives: [layer][expert]; one layer for all at even load.</param>
/// <param name="Factors">max ÷ mean rows of the ranks, by layer.</param>
/// <param name="Picoseconds">The step's time at the trace's load; null at even load.</param>
public sealed record ExpertUse(TimedSite Site, int Ranks, PlanSource? Source, string? Trace, IReadOnlyList<IReadOnlyList<long>> Rows, IReadOnlyList<double> Factors, long? Picoseconds)
{
    /// <summary>The buffer that the group's dispatch receives into.</summary>
    public required ReceiveBuffer Receive { get; init; }

    /// <summary>All groups that something calls.</summary>
    /// <exception cref="ScaleException">The trace has another number of experts.</exception>
    internal static IReadOnlyList<ExpertUse> All(PlanDocument plan, ProgramCosts costs, RecordedLoad? trace, string? name)
    {
        int ranks = plan.Placement.Expert;
        var sites = plan.Program.Sites;
        if (trace is null)
            return [.. Called().Select(site => new ExpertUse(sites[site], ranks, Dispatch(site).Place, null, [Even(site)], [1], null) { Receive = Receive(site) })];
        var routing = new TraceRouting(plan.Program, trace, ranks);
        long time = ProgramWalk.Representatives(costs, routing.Members.Count, routing).Max(clock => clock.Now);
        return [.. Called().Select(site => new ExpertUse(sites[site], ranks, Dispatch(site).Place, name, [.. Enumerable.Range(0, sites[site].Layers).Select(layer => Recorded(site, layer))],
            [.. routing.Factors.Skip(sites.Take(site).Sum(other => other.Layers)).Take(sites[site].Layers)], time) { Receive = Receive(site) })];

        IEnumerable<int> Called() => Enumerable.Range(0, sites.Count).Where(site => sites[site].TokensPerRank > 0);

        TimedOp Dispatch(int site) => plan.Program.Ops.First(op => op.Site == site && op.Collective is { Exchange: not RowExchange.None and not RowExchange.Replicas and not RowExchange.Numbers });

        ReceiveBuffer Receive(int site) => ReceiveBuffer.Of(costs.Machine, sites[site], ranks, Dispatch(site).Collective!);

        IReadOnlyList<long> Even(int site) => Of(site, new BalancedRouting(plan.Program, ranks), 0, _ => 0);

        IReadOnlyList<long> Recorded(int site, int layer) => Of(site, routing, layer, rank => routing.ClassOf[rank]);

        IReadOnlyList<long> Of(int site, IRouting load, int layer, Func<int, int> member)
        {
            var rows = new List<long>();
            int[] starts = new int[costs.Experts(site) + 1];
            for (int rank = 0; rank < ranks; rank++)
            {
                load.Rows(site, layer, 0, member(rank), starts);
                rows.AddRange(Enumerable.Range(0, costs.Experts(site)).Select(expert => (long)starts[expert + 1] - starts[expert]));
            }
            return rows;
        }
    }
}
