using System.Numerics;

namespace Shardwright.Execution;

/// <summary>
/// In which order sequences are added by the halving rule: tree(n) = tree(first half) + tree(second half) while n is even, else a left fold. With
/// n = odd · 2^p that is a left fold inside blocks of <c>odd</c> leaves and a binary counter over the blocks, so partial sums are a stack of at most
/// p + 2: each leaf is added to the topmost <see cref="Merges"/> of it, from the top down, and takes their place.
/// </summary>
/// <param name="leaves">Number of sequences.</param>
internal struct HalvingOrder(int leaves)
{
    private readonly int odd = leaves == 0 ? 1 : leaves >> BitOperations.TrailingZeroCount(leaves);
    private int leaf;
    private int inBlock;

    /// <summary>Partial sums on the stack before the next leaf.</summary>
    public int Depth { get; private set; }

    /// <summary>Partial sums that the next leaf is added to.</summary>
    public readonly int Merges
    {
        get
        {
            var merges = inBlock == 0 ? 0 : 1;

            // leaf counts blocks where a block is one leaf, else leaves: only their trailing zeros matter, and odd has none.
            return inBlock + 1 == odd ? merges + BitOperations.TrailingZeroCount(leaf + 1) : merges;
        }
    }

    /// <summary>Partial sums that may be on the stack at once, and the leaf that joins them.</summary>
    public static int Levels(int leaves) => leaves == 0 ? 1 : BitOperations.TrailingZeroCount(leaves) + 2;

    /// <summary>Goes on to the leaf after the next.</summary>
    public void Advance()
    {
        Depth += 1 - Merges;
        leaf++;
        inBlock = inBlock + 1 == odd ? 0 : inBlock + 1;
    }
}
