namespace Shardwright.Execution;

/// <content>What a rank's program does for its routers beside the kernels: the choice, the load, and the bias that follows from it.</content>
public abstract partial class RankProgram
{
    /// <summary>Chooses the experts of this rank's tokens: the best logits, or scores + bias, or the best <paramref name="keys"/>, unless the trainer's options decide otherwise.</summary>
    /// <exception cref="NotFiniteNumberException">A logit is not a number.</exception>
    protected void SelectExperts(
        int site, int layer, int microBatch, ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k,
        RouterScore score = RouterScore.Softmax, int groups = 1, int keptGroups = 1, ReadOnlySpan<float> bias = default, ReadOnlySpan<float> keys = default)
    {
        int firstToken = Rank * rows;
        if (System.Numerics.Tensors.TensorPrimitives.IsNaNAny(logits))
            NotANumber.Require(logits, Context.Plan.Experts[site].PathOf(layer), firstToken, expertCount, $" (micro-batch {microBatch}{(board.Training ? $" of step {Step}" : "")}, rank {Rank})");
        Kernels.ChooseExperts(keys.IsEmpty ? logits : keys, experts, rows, expertCount, k, score, groups, keptGroups, bias);
        Context.Routing?.Select(new(board.Training ? Step : -1, microBatch, site, layer, firstToken, World.Size * rows), logits, experts, rows, expertCount, k);
    }

    /// <summary>The stream of random numbers of one layer's router in a micro-batch of this step, the same on every rank.</summary>
    protected ulong JitterKey(int site, int layer, int microBatch) => RouterJitter.Key(Context.Options.Seed, Step, microBatch, site, layer);

    /// <summary>Counts how many token copies each expert received in one layer and micro-batch, over all ranks, and how they were placed: for the report, and for a bias that follows the load.</summary>
    protected void ReportRoutes(int site, int layer, ExpertExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var counts = exchange.KeptCounts;
        if (!board.Training)
            return;
        var chosen = stepCounts[site].AsSpan(layer * counts.Length, counts.Length);
        for (int expert = 0; expert < chosen.Length; expert++)
            chosen[expert] += exchange.TotalCounts[expert];
        if (Context.Plan.Experts[site].LoadSlot is var slot and >= 0)
        {
            var load = StateOf(slot, layer);
            for (int expert = 0; expert < load.Length; expert++)
                load[expert] += counts[expert];
        }
        board.Recorder?.Take(Rank, training, site, layer, exchange);
        if (Rank != 0)
            return;
        if (exchanges[site] is null)
            (exchanges[site] = exchange).ClearMoved();
        board.Report.Placed(site, layer, exchange.Load, exchange.RowsPerRank, exchange.PlanningTicks);
        var tokens = board.Report.Tokens(site, layer);
        long dropped = 0;
        for (int expert = 0; expert < tokens.Length; expert++)
        {
            tokens[expert] += counts[expert];
            dropped += exchange.TotalCounts[expert] - counts[expert];
        }
        board.Report.Dropped(site, layer, dropped);
    }

    // What a group's replicas moved in both passes is known behind the last; its exchange is that of all layers.
    private void ReportMoved()
    {
        for (int site = 0; site < exchanges.Length; site++)
            if (exchanges[site] is { } exchange)
                board.Report.Moved(site, exchange.PulledBytes, exchange.ReturnedBytes);
    }

    /// <summary>Copies that routers sent to each expert in the step's micro-batches so far, over all ranks, [layers, experts].</summary>
    protected ReadOnlySpan<int> StepCounts(int site) => stepCounts[site];

    /// <summary>The same of one layer, [experts].</summary>
    protected ReadOnlySpan<int> StepCounts(int site, int layer) => stepCounts[site].AsSpan(layer * Context.Plan.Experts[site].ExpertCount, Context.Plan.Experts[site].ExpertCount);

    // The counts of a step begin anew with it, also behind one that failed.
    private void ClearLoads()
    {
        Array.Clear(exchanges);
        foreach (int[] counts in stepCounts)
            Array.Clear(counts);
        for (int site = 0; site < Context.Plan.Experts.Count; site++)
        {
            var at = Context.Plan.Experts[site];
            foreach (int slot in (ReadOnlySpan<int>)[at.LoadSlot, at.QuantileSlot])
                for (int layer = 0; layer < at.Layers && slot >= 0; layer++)
                    StateOf(slot, layer).Clear();
        }
    }

    /// <summary>Moves the biases of one expert group by the step's load. Every rank has the counts of all and comes to the same: nothing is exchanged.</summary>
    protected void UpdateBias(int site, float rate)
    {
        var at = Context.Plan.Experts[site];
        for (int layer = 0; layer < at.Layers; layer++)
            RouterBias.Update(StateOf(at.BiasSlot, layer), StateOf(at.LoadSlot, layer), rate);
    }

    /// <summary>Adds one micro-batch's sums of the biases that even out its sequences, [layers, experts], over all ranks.</summary>
    protected void ReportQuantiles(int site, ReadOnlySpan<float> sums)
    {
        var at = Context.Plan.Experts[site];
        for (int layer = 0; layer < at.Layers; layer++)
        {
            var state = StateOf(at.QuantileSlot, layer);
            System.Numerics.Tensors.TensorPrimitives.Add(state, sums.Slice(layer * at.ExpertCount, at.ExpertCount), state);
        }
    }

    /// <summary>Sets the biases of one expert group to the mean over the step's sequences of those that would even out each.</summary>
    protected void SetQuantileBias(int site, int sequences)
    {
        var at = Context.Plan.Experts[site];
        for (int layer = 0; layer < at.Layers; layer++)
            System.Numerics.Tensors.TensorPrimitives.Divide(StateOf(at.QuantileSlot, layer), sequences, StateOf(at.BiasSlot, layer));
    }

    private Span<float> StateOf(int slot, int layer)
    {
        var state = Context.Plan.Parameters[slot];
        return Context.Arena.Floats(state.Offset + ((long)layer * state.Elements * sizeof(float)), state.Elements);
    }
}
