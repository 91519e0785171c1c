namespace Shardwright;

/// <summary>The factors of a router's jitter: counter-based, so that every mesh, thread and recomputation draws the same.</summary>
internal static class RouterJitter
{
    /// <summary>The stream of one group in one micro-batch: seed, step, micro-batch, group and layer, one after the other through SplitMix64.</summary>
    public static ulong Key(ulong seed, int step, int microBatch, int site, int layer)
    {
        ulong key = CounterRandom.SplitMix(seed);
        foreach (int part in (ReadOnlySpan<int>)[step, microBatch, site, layer])
            key = CounterRandom.SplitMix(key + (uint)part);
        return key;
    }

    /// <summary>y = x · (1 + epsilon · (2u − 1)), u of [0, 1) at <paramref name="first"/> + the element's place. x and y may be the same.</summary>
    public static void Apply(ReadOnlySpan<float> x, Span<float> y, float epsilon, ulong key, long first)
    {
        int i = 0;
        while (i < x.Length)
        {
            var block = CounterRandom.Philox((ulong)(first + i) >> 2, 0, key);
            ReadOnlySpan<uint> words = [block.Word0, block.Word1, block.Word2, block.Word3];
            for (int word = (int)((first + i) & 3); word < 4 && i < x.Length; word++, i++)
                y[i] = x[i] * (1 + (epsilon * ((2 * CounterRandom.ToUniform(words[word])) - 1)));
        }
    }
}
