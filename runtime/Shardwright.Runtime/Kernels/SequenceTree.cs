using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// Adds one leaf a sequence by the halving rule, see <see cref="HalvingOrder"/>. A contiguous power-of-two split of the sequences over ranks is a
/// subtree; collectives continue the same rule over ranks.
/// </summary>
/// <remarks>
/// A leaf of a sequence without rows is +0, which changes no other leaf; only the finished sum needs +0 added, because a partial sum can be −0
/// only where every leaf below it is ±0.
/// </remarks>
/// <param name="levels">Room for <see cref="Levels"/>(leaves) partial sums of <paramref name="size"/> floats.</param>
/// <param name="size">Floats of one leaf; a multiple of 16.</param>
/// <param name="leaves">Number of sequences.</param>
internal unsafe struct SequenceTree(float* levels, nint size, int leaves)
{
    private HalvingOrder order = new(leaves);

    /// <summary>Where the next leaf is to be written, complete, before <see cref="Push"/>.</summary>
    public readonly float* Leaf => levels + (order.Depth * size);

    /// <summary>The sum of all leaves; valid after as many pushes as there are leaves, at least one.</summary>
    public readonly float* Root => levels;

    /// <summary>Partial sums that may be alive at once.</summary>
    public static int Levels(int leaves) => HalvingOrder.Levels(leaves);

    /// <summary>Takes the leaf written to <see cref="Leaf"/>.</summary>
    public void Push()
    {
        var top = Leaf;
        for (var merges = order.Merges; merges > 0; merges--, top -= size)
            Add(top - size, top);
        order.Advance();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Add(float* sum, float* leaf)
    {
        for (nint i = 0; i < size; i += Lanes.Count)
            (Vector512.Load(sum + i) + Vector512.Load(leaf + i)).Store(sum + i);
    }
}
