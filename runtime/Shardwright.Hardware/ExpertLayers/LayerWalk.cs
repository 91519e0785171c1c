namespace Shardwright.Hardware;

/// <summary>Costs of a layer's exchanges under a plan.</summary>
internal readonly record struct LayerExchanges
{
    /// <summary>One exchange of rows, with bytes of its own for every pair.</summary>
    public CollectiveCost Rows { get; init; }

    /// <summary>Whether <see cref="Rows"/> counts, else <see cref="Load"/>.</summary>
    public bool IsPairwise { get; init; }

    /// <summary>Rows of the busiest rank and pair, and what running sums are handed on.</summary>
    public ExchangeLoad Load { get; init; }

    /// <summary>Whether gradients are running sums, whose cost is that of <see cref="Load"/>, instead of <see cref="Gradients"/>.</summary>
    public bool HandsSums { get; init; }

    /// <summary>Weights of all matrices to replicas.</summary>
    public CollectiveCost Weights { get; init; }

    /// <summary>Gradients of one matrix to homes.</summary>
    public CollectiveCost Gradients { get; init; }
}

/// <summary>The clocks of an expert group's ranks on their way through one layer.</summary>
internal sealed class LayerWalk
{
    private readonly ExpertLayerProgram layer;
    private readonly ExpertTimes times;
    private readonly ProgramCosts costs;
    private readonly RankClock[] clocks;

    // The work of each statement in the table of times; −1 where it does not depend on routing.
    private readonly int[] works;

    public LayerWalk(Machine machine, MeshPlacement mesh, ExpertLayerProgram layer, ExpertTimes times)
    {
        (this.layer, this.times) = (layer, times);
        costs = new ProgramCosts(layer.Program, machine, mesh);
        clocks = [.. Enumerable.Range(0, mesh.Expert).Select(_ => new RankClock(costs))];
        works = [.. layer.Program.Ops.Select(op => op.Work.IsRouted ? times.Find(op) : -1)];
    }

    /// <summary>End of the forward pass in the last run.</summary>
    public long Forward { get; private set; }

    /// <summary>Waiting at collectives in the last run, mean of the ranks.</summary>
    public long Waiting { get; private set; }

    /// <summary>End of the layer, picoseconds.</summary>
    public long Run(in LayerExchanges exchanges)
    {
        foreach (var clock in clocks)
            clock.Reset();
        Forward = 0;
        for (int op = 0; op < layer.Parts.Length; op++)
        {
            if (op == layer.FirstOfBackward)
                Forward = End();
            if (layer.Program.Ops[op].Collective is not null)
                Meet(op, exchanges);
            else
                Compute(op);
        }
        Waiting = 0;
        foreach (var clock in clocks)
            Waiting += clock.Waiting;
        Waiting /= clocks.Length;
        return End();
    }

    /// <summary>Time of all exchanges of gradients, picoseconds.</summary>
    public long Gradients(in LayerExchanges exchanges)
    {
        long sum = 0;
        for (int op = 0; op < layer.Parts.Length; op++)
            if (layer.Parts[op] == LayerPart.Gradients)
                sum += Cost(op, exchanges).Picoseconds;
        return sum;
    }

    private void Compute(int op)
    {
        int work = works[op];
        for (int rank = 0; rank < clocks.Length; rank++)
            clocks[rank].Charge(op, work < 0 ? costs.Times(op, null) : times.Of(work, rank));
    }

    private void Meet(int op, in LayerExchanges exchanges)
    {
        long start = 0;
        foreach (var clock in clocks)
            start = Math.Max(start, clock.Arrival(op));
        var cost = Cost(op, exchanges);
        foreach (var clock in clocks)
            clock.JoinWithCost(op, start, cost);
    }

    private CollectiveCost Cost(int op, in LayerExchanges exchanges) => layer.Parts[op] switch
    {
        LayerPart.Rows => exchanges.IsPairwise ? exchanges.Rows : costs.Collective(op, exchanges.Load),
        LayerPart.Weights => exchanges.Weights,
        _ => exchanges.HandsSums ? costs.Collective(op, exchanges.Load) : exchanges.Gradients,
    };

    private long End()
    {
        long end = 0;
        foreach (var clock in clocks)
            end = Math.Max(end, clock.Now);
        return end;
    }
}
