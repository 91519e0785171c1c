namespace Shardwright.Execution;

/// <content>What replicas move: weights to slots, gradients home.</content>
public sealed partial class ExpertExchange
{
    /// <summary>Bytes of weights that <see cref="Pull"/> moved to slots, all ranks of the group, since <see cref="ClearMoved"/>.</summary>
    internal long PulledBytes { get; private set; }

    /// <summary>Bytes of gradients that <see cref="AddReplicas"/> moved home, or that <see cref="ContinueSums"/> handed on, all ranks of the group, since <see cref="ClearMoved"/>.</summary>
    internal long ReturnedBytes { get; private set; }

    internal void ClearMoved() => (PulledBytes, ReturnedBytes) = (0, 0);

    /// <summary>Weights of the replicas travel from their homes to the slots; nothing happens where there are none.</summary>
    /// <param name="weights">One parameter of this rank's experts, [local experts, elements].</param>
    /// <param name="slots">[slots, elements]; slots without a replica keep what they hold.</param>
    /// <param name="operation">Name in errors, a constant.</param>
    /// <param name="store">Format in which weights travel and lie in slots.</param>
    public void Pull(ReadOnlySpan<float> weights, Span<float> slots, string operation, NumberFormat store = NumberFormat.Float32)
    {
        if (Replicas == 0)
            return;
        int elements = weights.Length / LocalExperts;
        OpenSlots(elements);
        PulledBytes += (long)Replicas * elements * (store == NumberFormat.BFloat16 ? 2 : sizeof(float));
        peers.AllToAll(weights, given, givenOffsets, slots, taken, takenOffsets, operation);
        Kernels.Round(slots[..(HeldReplicas * elements)], store);
    }

    /// <summary>Gradients of the replicas travel home and are added there to the home's own, by rank and slot: the same bits in every run. The transpose of <see cref="Pull"/>.</summary>
    /// <param name="slots">[slots, elements].</param>
    /// <param name="gradients">One parameter's gradients of this rank's experts, [local experts, elements].</param>
    /// <param name="operation">Name in errors, a constant.</param>
    public void AddReplicas(ReadOnlySpan<float> slots, Span<float> gradients, string operation)
    {
        if (Replicas == 0)
            return;
        OpenSlots(gradients.Length / LocalExperts);
        ReturnedBytes += (long)Replicas * (gradients.Length / LocalExperts) * sizeof(float);
        peers.AddToAll(slots, taken, takenOffsets, gradients, given, givenOffsets, operation);
    }

    /// <summary>
    /// Running sums of a weight gradient, begun by <c>GroupedMatMulGradient</c> over <see cref="Groups"/>, go from instance to instance of each replicated expert, each of which adds its rows, and end at home: with contiguous runs of rows, the bits of one
    /// sum over all rows at home. Instances of the same place run at the same time; nothing happens where there are no replicas.
    /// </summary>
    /// <param name="x">[Rows, inner], as in <c>GroupedMatMulGradient</c>.</param>
    /// <param name="dy">[Rows, columns].</param>
    /// <param name="gradients">Sums of this rank's experts, [local experts, inner, columns].</param>
    /// <param name="slots">Sums of its replicas, [slots, inner, columns].</param>
    /// <param name="inner">Columns of <paramref name="x"/>.</param>
    /// <param name="columns">Columns of <paramref name="dy"/>.</param>
    /// <param name="operation">Name in errors, a constant.</param>
    /// <param name="operands">Format that x and dy are rounded to first.</param>
    public void ContinueSums(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> gradients, Span<float> slots, int inner, int columns, string operation, NumberFormat operands = NumberFormat.Float32)
    {
        // Every replica hands one sum on.
        ReturnedBytes += (long)Replicas * inner * columns * sizeof(float);
        for (int turn = 1; turn < layout.Instances.Sums.Turns && Replicas > 0; turn++)
        {
            OpenHandOver(turn, inner * columns, toHome: false);
            peers.AllToAll(slots, given, givenOffsets, slots, taken, takenOffsets, operation);
            OpenHandOver(turn, inner * columns, toHome: true);
            peers.AllToAll(slots, given, givenOffsets, gradients, taken, takenOffsets, operation);
            if (layout.Turns.AsSpan().Contains(turn))
                Kernels.GroupedMatMulGradient(x, dy, gradients, Turn(turn), inner, columns, operands, slots);
        }
    }

    /// <summary>Sums that the instances of the turn before hand to those of this one: to slots, or to homes, which come last. A piece is known by the slot that it leaves.</summary>
    private void OpenHandOver(int turn, int elements, bool toHome)
    {
        foreach (int[] pieces in (ReadOnlySpan<int[]>)[given, givenOffsets, taken, takenOffsets])
            Array.Clear(pieces);
        var instances = layout.Instances;
        for (int group = 0; group < layout.Groups; group++)
        {
            int expert = layout.Expert(group);
            if (expert < 0)
                continue;
            int instance = instances.First[expert] + layout.Turns[group];
            if (layout.Turns[group] == turn - 1 && group >= LocalExperts && instances.Group[instance + 1] < LocalExperts == toHome)
            {
                int piece = instances.Rank[instance + 1] * Slots + group - LocalExperts;
                (given[piece], givenOffsets[piece]) = (elements, (group - LocalExperts) * elements);
            }
            if (layout.Turns[group] == turn && group < LocalExperts == toHome)
            {
                int piece = instances.Rank[instance - 1] * Slots + instances.Group[instance - 1] - LocalExperts;
                (taken[piece], takenOffsets[piece]) = (elements, (toHome ? group : group - LocalExperts) * elements);
            }
        }
    }

    private RowGroups Turn(int turn) => new(new(layout.Starts, layout.Runs), layout.Turns, turn);

    /// <summary>The rank of the group that is home to the expert in a slot of this rank, and the expert's number there.</summary>
    internal (int Home, int Expert) HomeOf(int slot)
    {
        int expert = layout.Instances.SlotExpert(peers.Index, slot);
        return (layout.Instances.Layout.Home(expert), expert % LocalExperts);
    }

    private void OpenSlots(int elements)
    {
        var instances = layout.Instances;
        for (int peer = 0; peer < peers.Size; peer++)
            for (int slot = 0; slot < Slots; slot++)
            {
                int piece = peer * Slots + slot, theirs = instances.SlotExpert(peer, slot), mine = instances.SlotExpert(peers.Index, slot);
                bool gives = theirs >= 0 && instances.Layout.Home(theirs) == peers.Index, takes = mine >= 0 && instances.Layout.Home(mine) == peer;
                (given[piece], givenOffsets[piece]) = gives ? (elements, theirs % LocalExperts * elements) : (0, 0);
                (taken[piece], takenOffsets[piece]) = takes ? (elements, slot * elements) : (0, 0);
            }
    }
}
