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

        var tree = new ScalarTree(sequences.Count);
        for (var sequence = 0; sequence < sequences.Count; sequence++)
        {
            var sum = 0f;
            for (var t = sequences.Start(sequence); t < sequences.End(sequence); t++)
                sum = MathF.FusedMultiplyAdd(logSumExp[t], logSumExp[t], sum);
            tree.Push(sum);
        }

        statistics[expertCount] = tree.Root;
    }

    private readonly struct RouterRows(float* logits, float* probabilities, float* logSumExp, nint expertCount) : IRangeWork
    {
        [SkipLocalsInit]
        public void Run(nint begin, nint end)
        {
            var sums = stackalloc float[Row.MostAtOnce];
            var step = Row.RowsAtOnce(expertCount);
            for (var first = begin; first < end; first += step)
            {
                var rows = Math.Min(step, end - first);
                for (nint i = 0; i < rows; i++)
                    logSumExp[first + i] = Row.Max(logits + ((first + i) * expertCount), expertCount);
                for (nint i = 0; i < rows; i++)
                    sums[i] = Row.Exponentials(logits + ((first + i) * expertCount), probabilities + ((first + i) * expertCount), expertCount, logSumExp[first + i]);
                for (nint i = 0; i < rows; i++)
                    Row.Scale(probabilities + ((first + i) * expertCount), expertCount, 1 / sums[i]);
                LogSumExps.AddLogs(sums, logSumExp + first, rows);
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
