using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

/// <summary>Copies of up to 64 columns of a right operand as a [count, 64] or narrower block, and of blocks back, padding missing columns with zeros.</summary>
internal static unsafe class Panel
{
    // Rows between a copy and what it fetches for later.
    private const int Ahead = 8;

    /// <summary>Columns that a panel with this many of use has in memory: the next multiple of 16.</summary>
    public static nint Columns(nint width) => (width + Tile.Step - 1) / Tile.Step * Tile.Step;

    /// <summary>panel[k, j] = source[k·row + j] for j in [0, width), 0 for the other columns of the panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* source, nint row, nint count, nint width, float* panel, nint panelColumns = Tile.Width)
    {
        if (width == Tile.Width)
        {
            for (nint k = 0; k < count; k++, source += row, panel += Tile.Width)
            {
                Fetch(panel + (Ahead * Tile.Width));
                Fetch(panel + (Ahead * Tile.Width) + 16);
                Fetch(panel + (Ahead * Tile.Width) + 32);
                Fetch(panel + (Ahead * Tile.Width) + 48);
                Fetch(source + (Ahead * row));
                Fetch(source + (Ahead * row) + 16);
                Fetch(source + (Ahead * row) + 32);
                Fetch(source + (Ahead * row) + 48);
                var a = Vector512.Load(source);
                var b = Vector512.Load(source + 16);
                var c = Vector512.Load(source + 32);
                var d = Vector512.Load(source + 48);
                a.Store(panel);
                b.Store(panel + 16);
                c.Store(panel + 32);
                d.Store(panel + 48);
            }

            return;
        }

        for (nint k = 0; k < count; k++, source += row, panel += panelColumns)
        {
            for (nint j = 0; j < panelColumns; j += Lanes.Count)
            {
                Fetch(panel + (Ahead * panelColumns) + j);
                Fetch(source + (Ahead * row) + j);
                (j < width ? Lanes.Load(source + j, width - j) : Vector512<float>.Zero).Store(panel + j);
            }
        }
    }

    // A store to a line that is not in the first-level cache holds up all that follow it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(float* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(line);
    }

    /// <summary>panel[k, j] = source[j·row + k] for j in [0, width), 0 for the other columns of the panel.</summary>
    public static void CopyTransposed(float* source, nint row, nint count, nint width, float* panel, nint panelColumns = Tile.Width)
    {
        if (width < panelColumns)
            new Span<float>(panel, (int)(count * panelColumns)).Clear();
        Transposition.Copy(source, row, panel, panelColumns, width, count);
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

    /// <summary>target[i·row + j] = block[i, j] + 0 for j in [0, width): a finished sum over tokens has no −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StoreSum(float* block, nint rows, nint width, float* target, nint row, nint blockColumns)
    {
        for (nint i = 0; i < rows; i++, block += blockColumns, target += row)
        {
            for (nint j = 0; j < width; j += Lanes.Count)
                Lanes.Store(Vector512.Load(block + j) + Vector512<float>.Zero, target + j, width - j);
        }
    }
}
