using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>log Σ_c e^x[r, c] of a few rows on the calling thread, without overflow.</summary>
internal static unsafe class LogSumExps
{
    [SkipLocalsInit]
    public static void Run(float* x, float* logSumExp, nint rows, nint columns)
    {
        var sums = stackalloc float[Row.MostAtOnce];
        var ahead = Row.Ahead(columns);
        for (nint row = 0; row < Math.Min(ahead, rows); row++)
            logSumExp[row] = Row.Max(x + (row * columns), columns);
        for (nint first = 0; first < rows; first += Row.MostAtOnce)
        {
            var count = Math.Min(Row.MostAtOnce, rows - first);
            for (nint i = 0; i < count; i++)
            {
                var (row, later) = (first + i, Math.Min(first + i + ahead, rows - 1));
                sums[i] = Sum(x + (row * columns), x + (later * columns), columns, logSumExp[row], out var largest);
                if (row + ahead < rows)
                    logSumExp[later] = largest;
            }

            AddLogs(sums, logSumExp + first, count);
        }
    }

    // Σ_c e^(x − shift) in the order of RowFold, and the maximum of a later row meanwhile.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float* x, float* later, nint columns, float largest, out float largestLater)
    {
        var shift = Vector512.Create(largest);
        var zero = Vector512<float>.Zero;
        var lowest = Vector512.Create(float.NegativeInfinity);
        var (a, b, c, d) = (zero, zero, zero, zero);
        var (even, odd) = (lowest, lowest);
        nint column = 0;
        for (; column <= columns - (4 * Lanes.Count); column += 4 * Lanes.Count)
        {
            a += VectorMath.ExpNotLarge(Vector512.Load(x + column) - shift);
            b += VectorMath.ExpNotLarge(Vector512.Load(x + column + 16) - shift);
            c += VectorMath.ExpNotLarge(Vector512.Load(x + column + 32) - shift);
            d += VectorMath.ExpNotLarge(Vector512.Load(x + column + 48) - shift);
            even = Vector512.MaxNative(Vector512.MaxNative(even, Vector512.Load(later + column)), Vector512.Load(later + column + 16));
            odd = Vector512.MaxNative(Vector512.MaxNative(odd, Vector512.Load(later + column + 32)), Vector512.Load(later + column + 48));
        }

        for (; column < columns; column += Lanes.Count)
        {
            // The missing lanes of a last vector have e^−∞ = 0 and no maximum.
            var left = columns - column;
            var (own, next) = left >= Lanes.Count
                ? (Vector512.Load(x + column), Vector512.Load(later + column))
                : (Lanes.LoadFirst(x + column, left, lowest), Lanes.LoadFirst(later + column, left, lowest));
            a += VectorMath.ExpNotLarge(own - shift);
            even = Vector512.MaxNative(even, next);
        }

        largestLater = Lanes.Max(Vector512.MaxNative(even, odd));
        return Lanes.Sum((a + b) + (c + d));
    }

    // maxima += log(sums), for up to a vector of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLogs(float* sums, float* maxima, nint count)
        => Lanes.Store(Lanes.Load(maxima, count) + Vector512.Log(Lanes.Load(sums, count)), maxima, count);
}
