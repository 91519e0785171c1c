namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>slots[t, i] = the row of copy (t, i) in the send buffer, which is sorted by expert and then token.</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or an expert lies outside [0, expertCount).</exception>
    public static void DispatchOrder(ReadOnlySpan<int> experts, Span<int> slots, int rows, int k, int expertCount)
    {
        RequireRouting(nameof(DispatchOrder), rows, k, expertCount);
        Require.Length(nameof(DispatchOrder), nameof(experts), experts.Length, (long)rows * k);
        Require.Length(nameof(DispatchOrder), nameof(slots), slots.Length, (long)rows * k);
        RequireExperts(nameof(DispatchOrder), experts, expertCount);
        var next = (int*)Scratch.Shared(expertCount + 1);
        new Span<int>(next, expertCount + 1).Clear();
        foreach (var expert in experts)
            next[expert + 1]++;
        for (var e = 1; e < expertCount; e++)
            next[e] += next[e - 1];
        for (var i = 0; i < experts.Length; i++)
            slots[i] = next[experts[i]]++;
    }
}
