using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>Router scores of sixteen rows at once, a lane each (see <see cref="RowLanes"/>): an element's bits depend on its row alone.</summary>
internal static unsafe class ScoreLanes
{
    /// <summary>Added to a sum of scores that something is divided by: sigmoids of very negative logits are all 0. DeepSeek-V3 and Megatron add the same.</summary>
    public const float Smallest = 1e-20f;

    /// <summary>block [columns, 16] of logits becomes scores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(RouterScore score, float* block, nint columns)
    {
        if (score == RouterScore.Softmax)
        {
            RowLanes.Softmax(block, columns);
            return;
        }

        for (nint c = 0; c < columns; c++)
        {
            var at = block + (c * RowLanes.Count);
            var x = Vector512.Load(at);
            (score == RouterScore.Sigmoid ? VectorMath.Sigmoid(x) : SqrtSoftplus(x)).Store(at);
        }
    }

    /// <summary>block of scores, each times its own derivative by its logit: dscores [columns, 16] becomes dlogits. Not for the softmax, whose scores hang together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Differentiate(RouterScore score, float* logits, float* scores, float* gradient, nint columns)
    {
        for (nint c = 0; c < columns; c++)
        {
            var s = Vector512.Load(scores + (c * RowLanes.Count));
            var slope = s * (Vector512<float>.One - s);
            if (score == RouterScore.SqrtSoftplus)
            {
                // d√(log(1 + e^x)) = sigmoid(x) ÷ 2s; where s underflows to 0, so does this.
                var half = VectorMath.Sigmoid(Vector512.Load(logits + (c * RowLanes.Count))) / (s + s);
                slope = Vector512.ConditionalSelect(Vector512.Equals(s, Vector512<float>.Zero), s, half);
            }

            var at = gradient + (c * RowLanes.Count);
            (Vector512.Load(at) * slope).Store(at);
        }
    }

    /// <summary>Σ_c block, by ascending column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sum(float* block, nint columns)
    {
        var sum = Vector512<float>.Zero;
        for (nint c = 0; c < columns; c++)
            sum += Vector512.Load(block + (c * RowLanes.Count));
        return sum;
    }

    // √(max(x, 0) + log(1 + e^−|x|)), with Kahan's log(1 + t) = log(u) · t ÷ (u − 1), u = 1 + t: t is far below 1 for most logits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SqrtSoftplus(Vector512<float> x)
    {
        var t = VectorMath.ExpNotLarge(-Vector512.Abs(x));
        var u = t + Vector512<float>.One;
        var rest = u - Vector512<float>.One;
        var log = Vector512.ConditionalSelect(Vector512.Equals(rest, Vector512<float>.Zero), t, Vector512.Log(u) * t / rest);
        return Vector512.Sqrt(Vector512.MaxNative(x, Vector512<float>.Zero) + log);
    }
}
