namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[b, i, h, ·] = Σ_{j ≤ i} softmax_j(q[b, i, h, ·] · k[b, j, g, ·] / √headSize) · v[b, j, g, ·] with g = h / (heads / keyValueHeads);
    /// q and y are [batch, length, heads · headSize], k and v [batch, length, keyValueHeads · headSize]. Of the probabilities only
    /// logSumExp [batch, heads, length] is kept for the gradient.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or the key-value heads do not divide the heads.</exception>
    public static void CausalAttention(
        ReadOnlySpan<float> q,
        ReadOnlySpan<float> k,
        ReadOnlySpan<float> v,
        Span<float> y,
        Span<float> logSumExp,
        int batch,
        int length,
        int heads,
        int keyValueHeads,
        int headSize)
    {
        var shape = RequireAttention(nameof(CausalAttention), batch, length, heads, keyValueHeads, headSize);
        Require.Length(nameof(CausalAttention), nameof(q), q.Length, shape.Queries);
        Require.Length(nameof(CausalAttention), nameof(k), k.Length, shape.Keys);
        Require.Length(nameof(CausalAttention), nameof(v), v.Length, shape.Keys);
        Require.Length(nameof(CausalAttention), nameof(y), y.Length, shape.Queries);
        Require.Length(nameof(CausalAttention), nameof(logSumExp), logSumExp.Length, shape.Statistics);
        if (length == 0)
            return;
        fixed (float* pq = q, pk = k, pv = v, py = y, plog = logSumExp)
            Ranges.Split(new AttentionHeads(shape, pq, pk, pv, py, plog), (nint)batch * heads, 1);
    }

    private static AttentionShape RequireAttention(string kernel, int batch, int length, int heads, int keyValueHeads, int headSize)
    {
        Require.NotNegative(kernel, nameof(batch), batch);
        Require.NotNegative(kernel, nameof(length), length);
        Require.Positive(kernel, nameof(heads), heads);
        Require.Positive(kernel, nameof(keyValueHeads), keyValueHeads);
        Require.Positive(kernel, nameof(headSize), headSize);
        if (heads % keyValueHeads != 0)
            throw new ArgumentException($"Kernels.{kernel}: {keyValueHeads} key-value heads for {heads} heads; need a divisor of the heads.", nameof(keyValueHeads));
        return new(batch, length, heads, keyValueHeads, headSize);
    }
}
