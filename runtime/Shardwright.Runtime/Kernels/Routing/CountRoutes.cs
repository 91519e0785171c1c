namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>counts[e, s] = copies that sequence s sends to expert e; experts is [sequences · rowsPerSequence, k].</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or an expert lies outside [0, expertCount).</exception>
    public static void CountRoutes(ReadOnlySpan<int> experts, Span<int> counts, int sequences, int rowsPerSequence, int k, int expertCount)
    {
        Require.NotNegative(nameof(CountRoutes), nameof(sequences), sequences);
        RequireRouting(nameof(CountRoutes), rowsPerSequence, k, expertCount);
        var each = (long)rowsPerSequence * k;
        Require.Length(nameof(CountRoutes), nameof(experts), experts.Length, sequences * each);
        Require.Length(nameof(CountRoutes), nameof(counts), counts.Length, (long)expertCount * sequences);
        RequireExperts(nameof(CountRoutes), experts, expertCount);
        counts.Clear();
        for (var s = 0; s < sequences; s++)
        {
            foreach (var expert in experts.Slice((int)(s * each), (int)each))
                counts[(expert * sequences) + s]++;
        }
    }
}
