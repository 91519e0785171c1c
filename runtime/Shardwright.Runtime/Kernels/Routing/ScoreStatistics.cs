using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// probabilities[t, ·] = the scores of row t ÷ their sum. statistics[e] = Σ_t probabilities[t, e], or, with counts of each sequence, Σ_t counts[e, sequence of t] ·
    /// probabilities[t, e]; statistics[expertCount] = Σ_t logsumexp(logits[t, ·])². Folded inside each sequence and then added by the halving tree.
    /// </summary>
    /// <param name="logits">[rows, expertCount].</param>
    /// <param name="counts">Copies that each expert has from each sequence, [expertCount, sequences], for a balance loss of sequence scope; else empty.</param>
    /// <param name="probabilities">[rows, expertCount].</param>
    /// <param name="statistics">[expertCount + 1].</param>
    /// <param name="sequences">How the rows fall into sequences.</param>
    /// <param name="expertCount">E.</param>
    /// <param name="score">The router's score.</param>
    /// <exception cref="ArgumentException">A length does not fit the sizes.</exception>
    public static void ScoreStatistics(
        ReadOnlySpan<float> logits, ReadOnlySpan<int> counts, Span<float> probabilities, Span<float> statistics, Segments sequences, int expertCount, RouterScore score)
    {
        var rows = sequences.Rows;
        RequireRouting(nameof(ScoreStatistics), rows, 1, expertCount);
        Require.Length(nameof(ScoreStatistics), nameof(logits), logits.Length, (long)rows * expertCount);
        Require.Length(nameof(ScoreStatistics), nameof(probabilities), probabilities.Length, (long)rows * expertCount);
        Require.Length(nameof(ScoreStatistics), nameof(statistics), statistics.Length, (long)expertCount + 1);
        if (!counts.IsEmpty)
            Require.Length(nameof(ScoreStatistics), nameof(counts), counts.Length, (long)expertCount * sequences.Count);
        var logSumExp = Scratch.Shared(rows + (counts.IsEmpty ? 0 : (nint)rows * expertCount));
        var terms = logSumExp + rows;
        fixed (float* plogits = logits, pprobabilities = probabilities, pstatistics = statistics)
        fixed (int* boundaries = sequences)
        {
            Ranges.For(new ScoreRows(plogits, pprobabilities, logSumExp, expertCount, score), rows, expertCount);
            Weigh(probabilities, counts, sequences, terms, expertCount);
            TokenFold<ProbabilityTerm>.Run(new(counts.IsEmpty ? pprobabilities : terms, expertCount), pstatistics, sequences.Table(boundaries), expertCount);
        }

        statistics[expertCount] = SumOfSquares(logSumExp, sequences);
    }

    // terms[t, e] = counts[e, sequence of t] · probabilities[t, e]
    private static void Weigh(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> counts, Segments sequences, float* terms, int expertCount)
    {
        for (var s = 0; s < sequences.Count && !counts.IsEmpty; s++)
        {
            for (var t = sequences.Start(s); t < sequences.End(s); t++)
            {
                for (var e = 0; e < expertCount; e++)
                    terms[((nint)t * expertCount) + e] = counts[(e * sequences.Count) + s] * probabilities[(t * expertCount) + e];
            }
        }
    }

    private static float SumOfSquares(float* values, Segments sequences)
    {
        var tree = new ScalarTree(sequences.Count);
        for (var sequence = 0; sequence < sequences.Count; sequence++)
        {
            var sum = 0f;
            for (var t = sequences.Start(sequence); t < sequences.End(sequence); t++)
                sum = MathF.FusedMultiplyAdd(values[t], values[t], sum);
            tree.Push(sum);
        }

        return tree.Root;
    }

    private readonly struct ScoreRows(float* logits, float* probabilities, float* logSumExp, nint expertCount, RouterScore score) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            var block = Scratch.Floats(expertCount * RowLanes.Count);
            for (var row = begin; row < end; row += RowLanes.Count)
            {
                var rows = Math.Min(RowLanes.Count, end - row);
                RowLanes.Read(logits + (row * expertCount), block, rows, expertCount);
                Lanes.Store(Softmax(block, row, rows), logSumExp + row, rows);
                RowLanes.Write(block, probabilities + (row * expertCount), rows, expertCount);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private Vector512<float> Softmax(float* block, nint row, nint rows)
        {
            if (score == RouterScore.Softmax)
                return RowLanes.Softmax(block, expertCount);
            var logSumExp = RowLanes.LogSumExp(block, expertCount);
            RowLanes.Read(logits + (row * expertCount), block, rows, expertCount);
            ScoreLanes.Apply(score, block, expertCount);
            RowLanes.Scale(block, expertCount, Vector512<float>.One / (ScoreLanes.Sum(block, expertCount) + Vector512.Create(ScoreLanes.Smallest)));
            return logSumExp;
        }
    }
}
