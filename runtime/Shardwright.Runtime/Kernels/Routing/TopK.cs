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
        /// <summary>Below every logit and below NaN.</summary>
        public const int Taken = int.MinValue;

        // A lane for each of sixteen rows.
        public void Run(nint begin, nint end)
        {
            var keys = Scratch.Floats((expertCount + k) * RowLanes.Count);
            var chosen = keys + (expertCount * RowLanes.Count);
            for (var row = begin; row < end; row += RowLanes.Count)
            {
                var rows = Math.Min(RowLanes.Count, end - row);
                RowLanes.Read(logits + (row * expertCount), keys, rows, expertCount);
                Order(keys, expertCount);
                Largest((int*)keys, expertCount, k, (int*)chosen);
                RowLanes.Write(chosen, (float*)experts + (row * k), rows, k);
            }
        }

        /// <summary>values [count, 16] become integers in their order.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Order(float* values, nint count)
        {
            for (nint e = 0; e < count; e++)
                Key(Vector512.Load(values + (e * RowLanes.Count))).Store((int*)values + (e * RowLanes.Count));
        }

        /// <summary>chosen [most, 16] = the places of the largest of keys [count, 16], descending; their keys become <see cref="Taken"/>, but for the last one's.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Largest(int* keys, nint count, nint most, int* chosen)
        {
            for (nint i = 0; i < most; i++)
            {
                var (largest, expert) = (Vector512.Load(keys), Vector512<int>.Zero);
                for (nint e = 1; e < count; e++)
                {
                    // The first of equals: the lower index.
                    var key = Vector512.Load(keys + (e * RowLanes.Count));
                    expert = Vector512.ConditionalSelect(Vector512.GreaterThan(key, largest), Vector512.Create((int)e), expert);
                    largest = Vector512.Max(largest, key);
                }

                expert.Store(chosen + (i * RowLanes.Count));
                if (i == most - 1)
                    break;
                for (nint e = 0; e < count; e++)
                {
                    var own = Vector512.Equals(expert, Vector512.Create((int)e));
                    Vector512.ConditionalSelect(own, Vector512.Create(Taken), Vector512.Load(keys + (e * RowLanes.Count))).Store(keys + (e * RowLanes.Count));
                }
            }
        }

        // Integers in the order of the values; −0 and +0 are equal and NaN comes before what is taken.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Key(Vector512<float> value)
        {
            var x = value + Vector512<float>.Zero;
            var bits = x.AsInt32();
            var key = bits ^ ((bits >> 31) & Vector512.Create(int.MaxValue));
            return Vector512.ConditionalSelect(Vector512.Equals(x, x).AsInt32(), key, Vector512.Create(Taken + 1));
        }
    }
}
