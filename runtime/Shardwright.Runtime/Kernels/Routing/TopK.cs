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
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var from = logits + (row * expertCount);
                var to = experts + (row * k);
                var kept = 0;
                for (var expert = 0; expert < expertCount; expert++)
                {
                    // Insertion among the kept ones: strictly larger moves ahead, so that equal logits keep their order.
                    var place = kept;
                    while (place > 0 && Precedes(from[expert], from[to[place - 1]]))
                        place--;
                    if (place == k)
                        continue;
                    if (kept < k)
                        kept++;
                    for (var i = kept - 1; i > place; i--)
                        to[i] = to[i - 1];
                    to[place] = expert;
                }
            }
        }

        private static bool Precedes(float logit, float other) => logit > other || (float.IsNaN(other) && !float.IsNaN(logit));
    }
}
