using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// Sixteen short rows at once, a lane each: block[c · 16 + l] is column c of row l. Sums run by ascending column, so a row's bits depend neither on its lane
/// nor on the other rows; lanes without a row hold anything.
/// </summary>
internal static unsafe class RowLanes
{
    /// <summary>Rows of one block.</summary>
    public const int Count = Lanes.Count;

    /// <summary>block = <paramref name="rows"/> rows of x, up to 16.</summary>
    public static void Read(float* x, float* block, nint rows, nint columns) => Transposition.Copy(x, columns, block, Count, rows, columns);

    /// <summary>x = the first <paramref name="rows"/> rows of the block.</summary>
    public static void Write(float* block, float* x, nint rows, nint columns) => Transposition.Copy(block, Count, x, columns, columns, rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(float* block, nint columns)
    {
        var max = Vector512.Load(block);
        for (nint c = 1; c < columns; c++)
            max = Vector512.MaxNative(max, Vector512.Load(block + (c * Count)));
        return max;
    }

    /// <summary>Σ_c a·b[c], b being the same for every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Dot(float* a, float* b, nint columns)
    {
        var sum = Vector512<float>.Zero;
        for (nint c = 0; c < columns; c++)
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(a + (c * Count)), Vector512.Create(b[c]), sum);
        return sum;
    }

    /// <summary>block = e^(block − shift), the block being at most the shift; returns Σ_c of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exponentials(float* block, nint columns, Vector512<float> shift)
    {
        var sum = Vector512<float>.Zero;
        for (nint c = 0; c < columns; c++)
        {
            var e = VectorMath.ExpNotLarge(Vector512.Load(block + (c * Count)) - shift);
            e.Store(block + (c * Count));
            sum += e;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(float* block, nint columns, Vector512<float> factor)
    {
        for (nint c = 0; c < columns; c++)
            (Vector512.Load(block + (c * Count)) * factor).Store(block + (c * Count));
    }

    /// <summary>block = softmax of each row; returns log Σ_c e^block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Softmax(float* block, nint columns)
    {
        var max = Max(block, columns);
        var sum = Exponentials(block, columns, max);
        Scale(block, columns, Vector512<float>.One / sum);
        return max + Vector512.Log(sum);
    }

    /// <summary>log Σ_c e^block; the block becomes e^(block − its row's maximum).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> LogSumExp(float* block, nint columns)
    {
        var max = Max(block, columns);
        return max + Vector512.Log(Exponentials(block, columns, max));
    }
}
