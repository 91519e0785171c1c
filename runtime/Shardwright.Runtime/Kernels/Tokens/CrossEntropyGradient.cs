using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>dlogits[t, c] = scale · weights[t] · (e^(logits[t, c] − logSumExp[t]) − [c = targets[t]]); rows of weight 0 become +0. In place where dlogits is logits.</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a target lies outside the vocabulary.</exception>
    public static void CrossEntropyGradient(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<float> logSumExp,
        ReadOnlySpan<int> targets,
        ReadOnlySpan<float> weights,
        Span<float> dlogits,
        float scale,
        int rows,
        int columns)
    {
        RequireRows(nameof(CrossEntropyGradient), rows, columns);
        Require.Length(nameof(CrossEntropyGradient), nameof(logits), logits.Length, (long)rows * columns);
        Require.Length(nameof(CrossEntropyGradient), nameof(logSumExp), logSumExp.Length, rows);
        Require.Length(nameof(CrossEntropyGradient), nameof(dlogits), dlogits.Length, (long)rows * columns);
        RequireTargets(nameof(CrossEntropyGradient), targets, weights, rows, columns);
        fixed (float* plogits = logits, plog = logSumExp, pweights = weights, pd = dlogits)
        fixed (int* ptargets = targets)
            Ranges.For(new CrossEntropyGradientRows(plogits, plog, ptargets, pweights, pd, scale, columns), rows, columns);
    }

    private readonly struct CrossEntropyGradientRows(float* logits, float* logSumExp, int* targets, float* weights, float* dlogits, float scale, nint columns)
        : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var weight = weights == null ? 1 : weights[row];
                var to = dlogits + (row * columns);
                if (weight == 0)
                {
                    new Span<float>(to, (int)columns).Clear();
                    continue;
                }

                var from = logits + (row * columns);
                var shift = Vector512.Create(logSumExp[row]);
                var factor = Vector512.Create(scale * weight);

                // Read before the row is written: dlogits may be the logits' own storage.
                nint target = targets[row];
                var probability = VectorMath.Exp(Vector512.Create(from[target]) - shift).ToScalar();
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    var left = columns - c;
                    Lanes.Store(VectorMath.Exp(Lanes.Load(from + c, left) - shift) * factor, to + c, left);
                }

                // (p − 1) before the factor: subtracting the factor afterwards would round differently for p near 1.
                to[target] = (probability - 1) * (scale * weight);
            }
        }
    }
}
