using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// probabilities[t, ·] = softmax(logits[t, ·]); statistics[e] = Σ_t probabilities[t, e] for the balance loss and
    /// statistics[expertCount] = Σ_t logsumexp(logits[t, ·])² for the router z-loss (Zoph et al. 2022), folded inside each sequence and then
    /// added by the halving tree.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes.</exception>
    public static void RouterStatistics(ReadOnlySpan<float> logits, Span<float> probabilities, Span<float> statistics, Segments sequences, int expertCount)
    {
        var rows = sequences.Rows;
        RequireRouting(nameof(RouterStatistics), rows, 1, expertCount);
        Require.Length(nameof(RouterStatistics), nameof(logits), logits.Length, (long)rows * expertCount);
        Require.Length(nameof(RouterStatistics), nameof(probabilities), probabilities.Length, (long)rows * expertCount);
        Require.Length(nameof(RouterStatistics), nameof(statistics), statistics.Length, (long)expertCount + 1);
        var logSumExp = Scratch.Shared(rows);
        fixed (float* plogits = logits, pprobabilities = probabilities, pstatistics = statistics)
        fixed (int* boundaries = sequences)
        {
            Ranges.For(new RouterRows(plogits, pprobabilities, logSumExp, expertCount), rows, expertCount);
            TokenFold<ProbabilityTerm>.Run(new(pprobabilities, expertCount), pstatistics, sequences.Table(boundaries), expertCount);
        }

        statistics[expertCount] = SumOfSquares(logSumExp, sequences);
    }

    private readonly struct RouterRows(float* logits, float* probabilities, float* logSumExp, nint expertCount) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            var block = Scratch.Floats(expertCount * RowLanes.Count);
            for (var row = begin; row < end; row += RowLanes.Count)
            {
                var rows = Math.Min(RowLanes.Count, end - row);
                RowLanes.Read(logits + (row * expertCount), block, rows, expertCount);
                Lanes.Store(RowLanes.Softmax(block, expertCount), logSumExp + row, rows);
                RowLanes.Write(block, probabilities + (row * expertCount), rows, expertCount);
            }
        }
    }

    private readonly struct ProbabilityTerm(float* probabilities, nint expertCount) : ITokenTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint row, nint column, nint left)
            => sum + Lanes.Load(probabilities + (row * expertCount) + column, left);
    }
}
