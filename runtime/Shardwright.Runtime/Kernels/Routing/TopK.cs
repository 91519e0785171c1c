using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// experts[t, ·] = the k largest logits of row t, by descending logit; ties go to the lower index and NaN comes last.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or k is not in [1, expertCount].</exception>
    public static void TopK(ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k)
    {
        RequireRouting(nameof(TopK), rows, k, expertCount);
        Require.Length(nameof(TopK), nameof(logits), logits.Length, (long)rows * expertCount);
        Require.Length(nameof(TopK), nameof(experts), experts.Length, (long)rows * k);
        fixed (float* plogits = logits)
        fixed (int* pexperts = experts)
            Ranges.For(new TopKRows(plogits, pexperts, expertCount, k), rows, (nint)expertCount * k);
    }

    private static void RequireRouting(string kernel, int rows, int k, int expertCount)
    {
        Require.NotNegative(kernel, nameof(rows), rows);
        Require.Positive(kernel, nameof(expertCount), expertCount);
        if (k < 1 || k > expertCount)
            throw new ArgumentException($"Kernels.{kernel}: k is {k}; need 1 to {expertCount}, the number of experts.", nameof(k));
    }

    private readonly struct TopKRows(float* logits, int* experts, int expertCount, int k) : IRangeWork
    {
        // Below every logit and below NaN: taken already, or no expert at all.
        private const int Taken = int.MinValue;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            var keys = (int*)Scratch.Floats(expertCount + Lanes.Count);
            for (var row = begin; row < end; row++)
            {
                for (nint e = 0; e < expertCount; e += Lanes.Count)
                    Keys(logits + (row * expertCount) + e, expertCount - e).Store(keys + e);
                for (nint i = 0; i < k; i++)
                    experts[(row * k) + i] = TakeLargest(keys);
            }
        }

        // Integers in the order of the logits; −0 and +0 are equal.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Keys(float* logits, nint left)
        {
            var x = Lanes.Load(logits, left) + Vector512<float>.Zero;
            var bits = x.AsInt32();
            var key = bits ^ ((bits >> 31) & Vector512.Create(int.MaxValue));
            key = Vector512.ConditionalSelect(Vector512.Equals(x, x).AsInt32(), key, Vector512.Create(Taken + 1));
            return left >= Lanes.Count ? key : Vector512.ConditionalSelect(Lanes.First(left).AsInt32(), key, Vector512.Create(Taken));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private int TakeLargest(int* keys)
        {
            var largest = Vector512.Load(keys);
            for (var e = Lanes.Count; e < expertCount; e += Lanes.Count)
                largest = Vector512.Max(largest, Vector512.Load(keys + e));
            var wanted = Vector512.Create(Largest(largest));
            for (var e = 0; ; e += Lanes.Count)
            {
                // The first of equals: the lower index.
                var here = Vector512.Load(keys + e);
                var equal = Vector512.Equals(here, wanted).ExtractMostSignificantBits();
                if (equal == 0)
                    continue;
                var lane = BitOperations.TrailingZeroCount(equal);
                var own = Vector512.Equals(Vector512<int>.Indices, Vector512.Create(lane));
                Vector512.ConditionalSelect(own, Vector512.Create(Taken), here).Store(keys + e);
                return e + lane;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static int Largest(Vector512<int> value)
        {
            var eight = Vector256.Max(value.GetLower(), value.GetUpper());
            var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
            return Math.Max(Math.Max(four.GetElement(0), four.GetElement(2)), Math.Max(four.GetElement(1), four.GetElement(3)));
        }
    }
}
