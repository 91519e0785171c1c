using System.Numerics;
using System.Numerics.Tensors;

namespace Shardwright.Execution;

/// <summary>
/// The one order of summation over ranks, the halving rule: an even number of leaves is the sum of its two halves, an odd one a left fold. A contiguous power-of-two
/// split of the ranks is a subtree of it, so it continues the tree over sequences that each rank has already summed. Leaves are made canonical by adding +0,
/// so that an empty leaf changes no bit.
/// </summary>
internal static unsafe class OrderedSum
{
    /// <summary>Elements summed at a time: the levels of the tree stay in L1.</summary>
    public const int Block = 1024;

    /// <summary>destination[0..length) = Σ over leaves first … first+count−1 of leaf[offset..offset+length), length ≤ <see cref="Block"/>.</summary>
    public static void Reduce<T>(T** leaves, int first, int count, nint offset, Span<T> destination) where T : unmanaged, INumber<T>
    {
        if (count % 2 == 0)
        {
            Reduce(leaves, first, count / 2, offset, destination);
            T* scratch = stackalloc T[destination.Length];
            var second = new Span<T>(scratch, destination.Length);
            Reduce(leaves, first + count / 2, count / 2, offset, second);
            TensorPrimitives.Add(destination, second, destination);
            return;
        }
        TensorPrimitives.Add(new ReadOnlySpan<T>(leaves[first] + offset, destination.Length), T.Zero, destination);
        for (int leaf = first + 1; leaf < first + count; leaf++)
            TensorPrimitives.Add(destination, new ReadOnlySpan<T>(leaves[leaf] + offset, destination.Length), destination);
    }
}
