namespace Shardwright.Execution;

/// <summary>Counts and offsets of matrices between slots and homes, [peers, slots] in elements. Pinned: an exchange of several parameters reads those of all when the last has been offered.</summary>
internal sealed class SlotPieces(int count)
{
    public int[] Given { get; } = Pinned(count);

    public int[] GivenOffsets { get; } = Pinned(count);

    public int[] Taken { get; } = Pinned(count);

    public int[] TakenOffsets { get; } = Pinned(count);

    public void Clear()
    {
        Array.Clear(Given);
        Array.Clear(GivenOffsets);
        Array.Clear(Taken);
        Array.Clear(TakenOffsets);
    }

    private static int[] Pinned(int count) => GC.AllocateArray<int>(count, pinned: true);
}
