using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// Adds one leaf a sequence by the halving rule: tree(n) = tree(first half) + tree(second half) while n is even, else a left fold. With
/// n = odd · 2^p that is a left fold inside blocks of <c>odd</c> leaves and a binary counter over the blocks, so at most p + 2 partial sums
/// live at a time. A contiguous power-of-two split of the sequences over ranks is a subtree; collectives continue the same rule over ranks.
/// </summary>
/// <remarks>
/// A leaf of a sequence without rows is +0, which changes no other leaf; only the finished sum needs +0 added, because a partial sum can be −0
/// only where every leaf below it is ±0.
/// </remarks>
internal unsafe struct SequenceTree
{
    private readonly float* levels;
    private readonly nint size;
    private readonly int odd;
    private int leaf;
    private int inBlock;
    private int depth;

    /// <param name="levels">Room for <see cref="Levels"/>(leaves) partial sums of <paramref name="size"/> floats.</param>
    /// <param name="size">Floats of one leaf; a multiple of 16.</param>
    /// <param name="leaves">Number of sequences.</param>
    public SequenceTree(float* levels, nint size, int leaves)
    {
        this.levels = levels;
        this.size = size;
        odd = leaves == 0 ? 1 : leaves >> BitOperations.TrailingZeroCount(leaves);
        leaf = 0;
        inBlock = 0;
        depth = 0;
    }

    /// <summary>Partial sums that may be alive at once.</summary>
    public static int Levels(int leaves) => leaves == 0 ? 1 : BitOperations.TrailingZeroCount(leaves) + 2;

    /// <summary>Where the next leaf is to be written, complete, before <see cref="Push"/>.</summary>
    public readonly float* Leaf => levels + (depth * size);

    /// <summary>The sum of all leaves; valid after as many pushes as there are leaves, at least one.</summary>
    public readonly float* Root => levels;

    /// <summary>True when the next leaf may be added straight to <see cref="Top"/> instead of being written to <see cref="Leaf"/>.</summary>
    public readonly bool AddsToTop => inBlock != 0 || (odd == 1 && (leaf & 1) == 1);

    /// <summary>The running sum the next leaf joins when <see cref="AddsToTop"/>.</summary>
    public readonly float* Top => levels + ((depth - 1) * size);

    /// <summary>Takes the leaf written to <see cref="Leaf"/>.</summary>
    public void Push()
    {
        if (inBlock == 0)
            depth++;
        else
            AddLeaf(Top, levels + (depth * size));
        Merge(0);
    }

    /// <summary>Takes the leaf that was added to <see cref="Top"/>.</summary>
    public void PushAdded() => Merge(odd == 1 ? 1 : 0);

    /// <summary>Takes a leaf without rows.</summary>
    public void PushEmpty()
    {
        if (AddsToTop)
        {
            PushAdded();
            return;
        }

        new Span<float>(Leaf, (int)size).Clear();
        Push();
    }

    private void Merge(int done)
    {
        // leaf counts blocks where a block is one leaf, else leaves: only their trailing zeros matter, and odd has none.
        leaf++;
        if (++inBlock != odd)
            return;
        inBlock = 0;
        for (var merges = BitOperations.TrailingZeroCount(leaf) - done; merges > 0; merges--)
        {
            AddLeaf(levels + ((depth - 2) * size), levels + ((depth - 1) * size));
            depth--;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void AddLeaf(float* sum, float* leaf)
    {
        for (nint i = 0; i < size; i += Lanes.Count)
            (Vector512.Load(sum + i) + Vector512.Load(leaf + i)).Store(sum + i);
    }
}
