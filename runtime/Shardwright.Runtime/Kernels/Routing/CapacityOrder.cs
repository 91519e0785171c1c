namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// <see cref="DispatchOrder"/> where an expert takes at most <paramref name="capacity"/> copies of a sequence: of more it keeps those of the first tokens, or those with the largest gates, of equals the
    /// earlier. slots[t, i] = the row of copy (t, i) in the send buffer: kept copies sorted by expert and then token, and behind them those that are dropped.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or an expert lies outside [0, expertCount).</exception>
    public static void CapacityOrder(
        ReadOnlySpan<int> experts, ReadOnlySpan<float> gates, Span<int> slots, int sequences, int rowsPerSequence, int k, int expertCount, int capacity, DropOrder order)
    {
        Require.NotNegative(nameof(CapacityOrder), nameof(sequences), sequences);
        Require.Positive(nameof(CapacityOrder), nameof(capacity), capacity);
        RequireRouting(nameof(CapacityOrder), rowsPerSequence, k, expertCount);
        var each = rowsPerSequence * k;
        Require.Length(nameof(CapacityOrder), nameof(experts), experts.Length, (long)sequences * each);
        Require.Length(nameof(CapacityOrder), nameof(gates), gates.Length, experts.Length);
        Require.Length(nameof(CapacityOrder), nameof(slots), slots.Length, experts.Length);
        RequireExperts(nameof(CapacityOrder), experts, expertCount);
        var next = (int*)Scratch.Shared((2 * (expertCount + 1)) + (2 * each));
        var starts = next + expertCount + 1;
        Span<int> copies = new(starts + expertCount + 1, each);
        Span<float> keys = new(starts + expertCount + 1 + each, each);
        new Span<int>(next, expertCount + 1).Clear();
        for (var s = 0; s < sequences; s++)
        {
            var keep = slots.Slice(s * each, each);
            SortByExpert(experts.Slice(s * each, each), new(starts, expertCount + 1), copies);
            for (var e = 0; e < expertCount; e++)
            {
                var run = copies[starts[e]..starts[e + 1]];
                next[e + 1] += Math.Min(run.Length, capacity);
                if (run.Length > capacity && order == DropOrder.Probability)
                    KeepLargest(run, gates.Slice(s * each, each), keep, capacity, keys[..run.Length]);
                else
                    KeepFirst(run, keep, capacity);
            }
        }

        for (var e = 1; e <= expertCount; e++)
            next[e] += next[e - 1];
        for (var i = 0; i < slots.Length; i++)
            slots[i] = next[slots[i] == Dropped ? expertCount : experts[i]]++;
    }

    private const int Dropped = -1;

    // copies = the places of each expert's copies in order, those of expert e from starts[e] on.
    private static void SortByExpert(ReadOnlySpan<int> experts, Span<int> starts, Span<int> copies)
    {
        starts.Clear();
        foreach (var expert in experts)
            starts[expert + 1]++;
        for (var e = 1; e < starts.Length; e++)
            starts[e] += starts[e - 1];
        for (var i = 0; i < experts.Length; i++)
            copies[starts[experts[i]]++] = i;
        for (var e = starts.Length - 1; e > 0; e--)
            starts[e] = starts[e - 1];
        starts[0] = 0;
    }

    private static void KeepFirst(ReadOnlySpan<int> run, Span<int> keep, int capacity)
    {
        for (var i = 0; i < run.Length; i++)
            keep[run[i]] = i < capacity ? 0 : Dropped;
    }

    private static void KeepLargest(ReadOnlySpan<int> run, ReadOnlySpan<float> gates, Span<int> keep, int capacity, Span<float> keys)
    {
        for (var i = 0; i < run.Length; i++)
            keys[i] = Key(gates[run[i]]);
        keys.Sort();
        var least = keys[^capacity];
        var equals = capacity;
        foreach (var key in keys[^capacity..])
            equals -= key > least ? 1 : 0;
        foreach (var copy in run)
        {
            var key = Key(gates[copy]);
            keep[copy] = key > least || (key == least && equals-- > 0) ? 0 : Dropped;
        }

        // A gate of infinite logits may be no number: it comes last, so that the number of kept copies is what every rank expects.
        static float Key(float gate) => float.IsNaN(gate) ? float.NegativeInfinity : gate;
    }
}
