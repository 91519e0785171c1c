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
        var step = Row.RowsAtOnce(columns);
        for (nint first = 0; first < rows; first += step)
        {
            var count = Math.Min(step, rows - first);
            for (nint i = 0; i < count; i++)
                logSumExp[first + i] = Row.Max(x + ((first + i) * columns), columns);
            for (nint i = 0; i < count; i++)
            {
                Row.Prefetch(x, first + step + i, rows, columns);
                sums[i] = Row.SumExponentials(x + ((first + i) * columns), columns, logSumExp[first + i]);
            }

            AddLogs(sums, logSumExp + first, count);
        }
    }

    // maxima += log(sums), for up to a vector of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLogs(float* sums, float* maxima, nint count)
        => Lanes.Store(Lanes.Load(maxima, count) + Vector512.Log(Lanes.Load(sums, count)), maxima, count);
}
