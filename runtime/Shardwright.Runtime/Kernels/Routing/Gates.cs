namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>gates[t, ·] = softmax over the k kept logits of row t.</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or k is not in [1, expertCount].</exception>
    public static void Gates(ReadOnlySpan<float> logits, ReadOnlySpan<int> experts, Span<float> gates, int rows, int expertCount, int k)
    {
        RequireRouting(nameof(Gates), rows, k, expertCount);
        Require.Length(nameof(Gates), nameof(logits), logits.Length, (long)rows * expertCount);
        Require.Length(nameof(Gates), nameof(experts), experts.Length, (long)rows * k);
        Require.Length(nameof(Gates), nameof(gates), gates.Length, (long)rows * k);
        RequireExperts(nameof(Gates), experts, expertCount);
        fixed (float* plogits = logits, pgates = gates)
        fixed (int* pexperts = experts)
            Ranges.For(new GateRows(plogits, pexperts, pgates, expertCount, k), rows, k);
    }

    private static void RequireExperts(string kernel, ReadOnlySpan<int> experts, int expertCount)
    {
        for (var i = 0; i < experts.Length; i++)
        {
            if ((uint)experts[i] >= (uint)expertCount)
                throw new ArgumentException($"Kernels.{kernel}: experts[{i}] is {experts[i]}; need 0 to {expertCount - 1}.", nameof(experts));
        }
    }

    private readonly struct GateRows(float* logits, int* experts, float* gates, int expertCount, int k) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var to = gates + (row * k);
                for (var i = 0; i < k; i++)
                    to[i] = logits[(row * expertCount) + experts[(row * k) + i]];
                var sum = Row.Exponentials(to, to, k, Row.Max(to, k));
                Row.Scale(to, k, 1 / sum);
            }
        }
    }
}
