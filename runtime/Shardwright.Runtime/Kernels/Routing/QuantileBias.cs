using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// sums[e] = Σ over sequences of the bias that evens out the sequence's load: −((⌊T · k ÷ E⌋ + 1)-th largest of score[t, e] − α_t), α_t being the token's (k + 1)-th largest score + bias (Megatron-LM's
    /// <c>qb_dual_update</c>, whose β is −bias). Added over sequences by the halving tree.
    /// </summary>
    /// <param name="logits">[rows, expertCount].</param>
    /// <param name="bias">[expertCount], as experts were chosen with it.</param>
    /// <param name="sums">[expertCount].</param>
    /// <param name="sequences">Sequences that the rows fall into.</param>
    /// <param name="rowsPerSequence">Tokens of a sequence (T).</param>
    /// <param name="expertCount">E.</param>
    /// <param name="k">Experts a token, fewer than E.</param>
    /// <param name="score">The router's score.</param>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or k is not in [1, expertCount).</exception>
    public static void QuantileBias(ReadOnlySpan<float> logits, ReadOnlySpan<float> bias, Span<float> sums, int sequences, int rowsPerSequence, int expertCount, int k, RouterScore score)
    {
        Require.NotNegative(nameof(QuantileBias), nameof(sequences), sequences);
        Require.Positive(nameof(QuantileBias), nameof(rowsPerSequence), rowsPerSequence);
        RequireRouting(nameof(QuantileBias), rowsPerSequence, k, expertCount - 1);
        Require.Length(nameof(QuantileBias), nameof(logits), logits.Length, (long)sequences * rowsPerSequence * expertCount);
        Require.Length(nameof(QuantileBias), nameof(bias), bias.Length, expertCount);
        Require.Length(nameof(QuantileBias), nameof(sums), sums.Length, expertCount);
        var quantiles = Scratch.Shared((nint)sequences * expertCount);
        fixed (float* plogits = logits, pbias = bias)
            Ranges.For(new QuantileSequences(plogits, pbias, quantiles, rowsPerSequence, expertCount, k, score), sequences, (nint)rowsPerSequence * expertCount * (k + 1));
        for (var e = 0; e < expertCount; e++)
        {
            var tree = new ScalarTree(sequences);
            for (var s = 0; s < sequences; s++)
                tree.Push(-quantiles[((nint)s * expertCount) + e]);
            sums[e] = tree.Root;
        }
    }

    private readonly struct QuantileSequences(float* logits, float* bias, float* quantiles, int rows, int expertCount, int k, RouterScore score) : IRangeWork
    {
        // A lane for each of sixteen tokens: scores, the order of score + bias, and the chosen; then score − α of the sequence, [experts, tokens].
        public void Run(nint begin, nint end)
        {
            nint size = (nint)expertCount * RowLanes.Count;
            var scores = Scratch.Floats((2 * size) + ((k + 1) * RowLanes.Count) + ((nint)expertCount * rows));
            var keys = scores + size;
            var chosen = (int*)(keys + size);
            var margins = keys + size + ((k + 1) * RowLanes.Count);
            var rank = (int)((long)rows * k / expertCount);
            for (var sequence = begin; sequence < end; sequence++)
            {
                for (nint row = 0; row < rows; row += RowLanes.Count)
                {
                    var count = Math.Min(RowLanes.Count, rows - row);
                    RowLanes.Read(logits + (((sequence * rows) + row) * expertCount), scores, count, expertCount);
                    ScoreLanes.Apply(score, scores, expertCount);
                    AddBias(scores, keys);
                    TopKRows.Order(keys, expertCount);
                    TopKRows.Largest((int*)keys, expertCount, k + 1, chosen);
                    for (nint l = 0; l < count; l++)
                    {
                        var last = chosen[(k * RowLanes.Count) + l];
                        var alpha = scores[(last * RowLanes.Count) + l] + bias[last];
                        for (nint e = 0; e < expertCount; e++)
                            margins[(e * rows) + row + l] = scores[(e * RowLanes.Count) + l] - alpha;
                    }
                }

                for (nint e = 0; e < expertCount; e++)
                {
                    Span<float> own = new(margins + (e * rows), rows);
                    own.Sort();
                    quantiles[(sequence * expertCount) + e] = own[^(rank + 1)];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void AddBias(float* scores, float* keys)
        {
            for (nint e = 0; e < expertCount; e++)
                (Vector512.Load(scores + (e * RowLanes.Count)) + Vector512.Create(bias[e])).Store(keys + (e * RowLanes.Count));
        }
    }
}
