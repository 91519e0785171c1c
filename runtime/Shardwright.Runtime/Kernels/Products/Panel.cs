using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>Copies of up to 64 columns of a right operand as a [count, 64] block, and of blocks back, padding the missing columns with zeros.</summary>
internal static unsafe class Panel
{
    /// <summary>panel[k, j] = source[k·row + j] for j in [0, width), 0 for the other columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* source, nint row, nint count, nint width, float* panel)
    {
        for (nint k = 0; k < count; k++, source += row, panel += Tile.Width)
        {
            for (nint j = 0; j < Tile.Width; j += Lanes.Count)
                (j < width ? Lanes.Load(source + j, width - j) : Vector512<float>.Zero).Store(panel + j);
        }
    }

    /// <summary>panel[k, j] = source[j·row + k] for j in [0, width), 0 for the other columns.</summary>
    public static void CopyTransposed(float* source, nint row, nint count, nint width, float* panel)
    {
        if (width < Tile.Width)
            new Span<float>(panel, (int)(count * Tile.Width)).Clear();
        Transposition.Copy(source, row, panel, Tile.Width, width, count, accumulate: false);
    }

    /// <summary>target[i·row + j] = (or +=) block[i, j] for j in [0, width).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(float* block, nint rows, nint width, float* target, nint row, bool accumulate)
    {
        for (nint i = 0; i < rows; i++, block += Tile.Width, target += row)
        {
            for (nint j = 0; j < width; j += Lanes.Count)
                Lanes.Store(Vector512.Load(block + j), target + j, width - j, accumulate);
        }
    }
}
