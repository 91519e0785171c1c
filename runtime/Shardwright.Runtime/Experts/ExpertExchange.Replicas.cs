namespace Shardwright.Execution;

/// <content>What replicas move: weights to slots, gradients home.</content>
public sealed partial class ExpertExchange
{
    /// <summary>Bytes of weights that <see cref="Pull"/> moved to slots, all ranks of the group, since <see cref="ClearMoved"/>.</summary>
    internal long PulledBytes { get; private set; }

    /// <summary>Bytes of gradients that <see cref="AddReplicas"/> moved home, or that <see cref="ContinueSums"/> handed on, all ranks of the group, since <see cref="ClearMoved"/>.</summary>
    internal long ReturnedBytes { get; private set; }

    internal void ClearMoved() => (PulledBytes, ReturnedBytes) = (0, 0);

    /// <summary>Weights of the replicas travel from their homes to the slots, those of up to three parameters in one exchange; nothing happens where there are none.</summary>
    /// <param name="operation">Name in errors, a constant.</param>
    /// <param name="first">From one parameter of this rank's experts, [local experts, elements], to [slots, elements]; slots without a replica keep what they hold.</param>
    /// <param name="second">Another parameter, of any size.</param>
    /// <param name="third">A third.</param>
    public void Pull(string operation, PulledWeights first, PulledWeights second = default, PulledWeights third = default)
    {
        if (Replicas > 0)
            PullTogether(operation, first, second, third);
    }

    private unsafe void PullTogether(string operation, PulledWeights first, PulledWeights second, PulledWeights third)
    {
        // Buffers stay where they are until all of them travel.
        fixed (float* from = first.Weights, fromSecond = second.Weights, fromThird = third.Weights, to = first.Slots, toSecond = second.Slots, toThird = third.Slots)
        {
            Offer(0, first, operation, more: !second.IsEmpty);
            if (!second.IsEmpty)
                Offer(1, second, operation, more: !third.IsEmpty);
            if (!third.IsEmpty)
                Offer(2, third, operation, more: false);
        }
        Round(first);
        Round(second);
        Round(third);
    }

    private void Offer(int part, PulledWeights pulled, string operation, bool more)
    {
        var slots = pieces[part];
        int elements = pulled.Weights.Length / LocalExperts;
        OpenSlots(slots, elements);
        PulledBytes += (long)Replicas * elements * pulled.ElementBytes;
        peers.WireBytes = pulled.ElementBytes;
        peers.AllToAll(pulled.Weights, slots.Given, slots.GivenOffsets, pulled.Slots, slots.Taken, slots.TakenOffsets, operation, more);
        peers.WireBytes = sizeof(float);
    }

    private void Round(PulledWeights pulled)
    {
        if (!pulled.IsEmpty)
            Kernels.Round(pulled.Slots[..(HeldReplicas * (pulled.Weights.Length / LocalExperts))], pulled.Store);
    }

    /// <summary>Gradients of the replicas travel home and are added there to the home's own, by rank and slot: the same bits in every run. The transpose of <see cref="Pull"/>.</summary>
    /// <param name="slots">[slots, elements].</param>
    /// <param name="gradients">One parameter's gradients of this rank's experts, [local experts, elements].</param>
    /// <param name="operation">Name in errors, a constant.</param>
    public void AddReplicas(ReadOnlySpan<float> slots, Span<float> gradients, string operation)
    {
        if (Replicas == 0)
            return;
        OpenSlots(pieces[0], gradients.Length / LocalExperts);
        ReturnedBytes += (long)Replicas * (gradients.Length / LocalExperts) * sizeof(float);
        peers.AddToAll(slots, pieces[0].Taken, pieces[0].TakenOffsets, gradients, pieces[0].Given, pieces[0].GivenOffsets, operation);
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
            // The same exchange: to slots, and to homes.
            HandOver(turn, slots, gradients, inner * columns, operation);
            if (layout.Turns.AsSpan().Contains(turn))
                Kernels.GroupedMatMulGradient(x, dy, gradients, Turn(turn), inner, columns, operands, slots);
        }
    }

    private unsafe void HandOver(int turn, Span<float> slots, Span<float> gradients, int elements, string operation)
    {
        OpenHandOver(pieces[0], turn, elements, toHome: false);
        OpenHandOver(pieces[1], turn, elements, toHome: true);
        fixed (float* stays = slots)
        {
            peers.AllToAll(slots, pieces[0].Given, pieces[0].GivenOffsets, slots, pieces[0].Taken, pieces[0].TakenOffsets, operation, more: true);
            peers.AllToAll(slots, pieces[1].Given, pieces[1].GivenOffsets, gradients, pieces[1].Taken, pieces[1].TakenOffsets, operation);
        }
    }

    /// <summary>Sums that the instances of the turn before hand to those of this one: to slots, or to homes, which come last. A piece is known by the slot that it leaves.</summary>
    private void OpenHandOver(SlotPieces slots, int turn, int elements, bool toHome)
    {
        slots.Clear();
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
                (slots.Given[piece], slots.GivenOffsets[piece]) = (elements, (group - LocalExperts) * elements);
            }
            if (layout.Turns[group] == turn && group < LocalExperts == toHome)
            {
                int piece = instances.Rank[instance - 1] * Slots + instances.Group[instance - 1] - LocalExperts;
                (slots.Taken[piece], slots.TakenOffsets[piece]) = (elements, (toHome ? group : group - LocalExperts) * elements);
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

    private void OpenSlots(SlotPieces slots, int elements)
    {
        var instances = layout.Instances;
        for (int peer = 0; peer < peers.Size; peer++)
            for (int slot = 0; slot < Slots; slot++)
            {
                int piece = peer * Slots + slot, theirs = instances.SlotExpert(peer, slot), mine = instances.SlotExpert(peers.Index, slot);
                bool gives = theirs >= 0 && instances.Layout.Home(theirs) == peers.Index, takes = mine >= 0 && instances.Layout.Home(mine) == peer;
                (slots.Given[piece], slots.GivenOffsets[piece]) = gives ? (elements, theirs % LocalExperts * elements) : (0, 0);
                (slots.Taken[piece], slots.TakenOffsets[piece]) = takes ? (elements, slot * elements) : (0, 0);
            }
    }
}
