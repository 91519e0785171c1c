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
            var block = Scratch.Floats(k * RowLanes.Count);
            for (var row = begin; row < end; row += RowLanes.Count)
            {
                var rows = Math.Min(RowLanes.Count, end - row);
                for (nint l = 0; l < rows; l++)
                {
                    for (nint i = 0; i < k; i++)
                        block[(i * RowLanes.Count) + l] = logits[((row + l) * expertCount) + experts[((row + l) * k) + i]];
                }

                RowLanes.Softmax(block, k);
                RowLanes.Write(block, gates + (row * k), rows, k);
            }
        }
    }
}
