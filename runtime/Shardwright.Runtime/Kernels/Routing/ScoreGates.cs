using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>gates[t, ·] = scale · the kept experts' scores, divided by their sum when <paramref name="renormalize"/> says so. The softmax's scores divided by their sum are the softmax over the kept logits.</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or an expert lies outside [0, expertCount).</exception>
    public static void ScoreGates(
        ReadOnlySpan<float> logits, ReadOnlySpan<int> experts, Span<float> gates, int rows, int expertCount, int k, RouterScore score, bool renormalize, float scale = 1)
    {
        RequireRouting(nameof(ScoreGates), rows, k, expertCount);
        Require.Length(nameof(ScoreGates), nameof(logits), logits.Length, (long)rows * expertCount);
        Require.Length(nameof(ScoreGates), nameof(experts), experts.Length, (long)rows * k);
        Require.Length(nameof(ScoreGates), nameof(gates), gates.Length, (long)rows * k);
        RequireExperts(nameof(ScoreGates), experts, expertCount);
        fixed (float* plogits = logits, pgates = gates)
        fixed (int* pexperts = experts)
            Ranges.For(new ScoreGateRows(plogits, pexperts, pgates, expertCount, k, score, renormalize, scale), rows, expertCount);
    }

    private readonly struct ScoreGateRows(float* logits, int* experts, float* gates, int expertCount, int k, RouterScore score, bool renormalize, float scale) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            // Only the softmax over all experts needs more than the kept logits.
            var isWhole = score == RouterScore.Softmax && !renormalize;
            var block = Scratch.Floats((expertCount + k) * RowLanes.Count);
            var kept = block + (expertCount * RowLanes.Count);
            for (var row = begin; row < end; row += RowLanes.Count)
            {
                var rows = Math.Min(RowLanes.Count, end - row);
                RowLanes.Read(logits + (row * expertCount), block, rows, expertCount);
                if (isWhole)
                    ScoreLanes.Apply(score, block, expertCount);
                for (nint l = 0; l < rows; l++)
                {
                    for (nint i = 0; i < k; i++)
                        kept[(i * RowLanes.Count) + l] = block[(experts[((row + l) * k) + i] * RowLanes.Count) + l];
                }

                if (!isWhole)
                    ScoreLanes.Apply(score, kept, k);
                Scale(kept);
                RowLanes.Write(kept, gates + (row * k), rows, k);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Scale(float* kept)
        {
            var factor = Vector512.Create(scale);
            if (renormalize && score != RouterScore.Softmax)
                factor /= ScoreLanes.Sum(kept, k) + Vector512.Create(ScoreLanes.Smallest);
            RowLanes.Scale(kept, k, factor);
        }
    }
}
