using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// keys[t, e] = logits[t, e] + v_e, with v of the token's sequence after so many rounds of u_t = −log Σ_e e^(x_te + v_e), v_e = −log Σ_t e^(x_te + u_t), v being 0 at first: the logarithm of the matrix
    /// whose rows and columns Sinkhorn and Knopp scale in turn, but for u, which does not change a token's order of experts.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes.</exception>
    public static void Sinkhorn(ReadOnlySpan<float> logits, Span<float> keys, int sequences, int rowsPerSequence, int expertCount, int iterations)
    {
        Require.NotNegative(nameof(Sinkhorn), nameof(sequences), sequences);
        Require.Positive(nameof(Sinkhorn), nameof(rowsPerSequence), rowsPerSequence);
        Require.Positive(nameof(Sinkhorn), nameof(expertCount), expertCount);
        Require.Positive(nameof(Sinkhorn), nameof(iterations), iterations);
        Require.Length(nameof(Sinkhorn), nameof(logits), logits.Length, (long)sequences * rowsPerSequence * expertCount);
        Require.Length(nameof(Sinkhorn), nameof(keys), keys.Length, logits.Length);
        fixed (float* plogits = logits, pkeys = keys)
            Ranges.For(new SinkhornSequences(plogits, pkeys, rowsPerSequence, expertCount, iterations), sequences, (nint)rowsPerSequence * expertCount * iterations);
    }

    private readonly struct SinkhornSequences(float* logits, float* keys, nint rows, nint expertCount, int iterations) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            var block = Scratch.Floats((expertCount * (RowLanes.Count + 1)) + rows + RowLanes.Count);
            var offsets = block + (expertCount * RowLanes.Count);
            var u = offsets + expertCount;
            for (var sequence = begin; sequence < end; sequence++)
            {
                float* x = logits + (sequence * rows * expertCount), y = keys + (sequence * rows * expertCount);
                new Span<float>(offsets, (int)expertCount).Clear();
                for (var i = 0; i < iterations; i++)
                {
                    ScaleRows(x, block, offsets, u);
                    for (nint e = 0; e < expertCount; e += Lanes.Count)
                        Lanes.Store(ScaleColumns(x + e, u, expertCount - e), offsets + e, expertCount - e);
                }

                for (nint t = 0; t < rows; t++)
                {
                    for (nint e = 0; e < expertCount; e += Lanes.Count)
                        Lanes.Store(Lanes.Load(x + (t * expertCount) + e, expertCount - e) + Lanes.Load(offsets + e, expertCount - e), y + (t * expertCount) + e, expertCount - e);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void ScaleRows(float* x, float* block, float* offsets, float* u)
        {
            for (nint row = 0; row < rows; row += RowLanes.Count)
            {
                var count = Math.Min(RowLanes.Count, rows - row);
                RowLanes.Read(x + (row * expertCount), block, count, expertCount);
                for (nint e = 0; e < expertCount; e++)
                    (Vector512.Load(block + (e * RowLanes.Count)) + Vector512.Create(offsets[e])).Store(block + (e * RowLanes.Count));
                Lanes.Store(-RowLanes.LogSumExp(block, expertCount), u + row, count);
            }
        }

        // Sixteen experts at once, tokens in order.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private Vector512<float> ScaleColumns(float* x, float* u, nint left)
        {
            var max = Vector512.Create(float.NegativeInfinity);
            for (nint t = 0; t < rows; t++)
                max = Vector512.MaxNative(max, Lanes.Load(x + (t * expertCount), left) + Vector512.Create(u[t]));
            var sum = Vector512<float>.Zero;
            for (nint t = 0; t < rows; t++)
                sum += VectorMath.ExpNotLarge(Lanes.Load(x + (t * expertCount), left) + Vector512.Create(u[t]) - max);
            return -(max + Vector512.Log(sum));
        }
    }
}
