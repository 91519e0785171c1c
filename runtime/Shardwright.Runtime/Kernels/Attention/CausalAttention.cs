namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[b, i, h, ·] = Σ_{j ≤ i} softmax_j(q[b, i, h, ·] · k[b, j, g, ·] / √headSize) · v[b, j, g, ·] with g = h / (heads / keyValueHeads);
    /// q and y are [batch, length, heads · headSize], k and v [batch, length, keyValueHeads · headSize]. Of the probabilities only
    /// logSumExp [batch, heads, length] is kept for the gradient.
    /// </summary>
    /// <remarks>
    /// With bf16 <paramref name="operands"/> the weights e^(score − largest score so far) are rounded, to nearest even, before they are multiplied with v;
    /// their sum, by which the result is divided, is that of the unrounded ones. q, k and v are taken as they are.
    /// </remarks>
    /// <exception cref="ArgumentException">A length does not fit the sizes, the key-value heads do not divide the heads, or the operands are neither float32 nor bf16.</exception>
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
        int headSize,
        NumberFormat operands = NumberFormat.Float32)
    {
        var shape = RequireAttention(nameof(CausalAttention), batch, length, heads, keyValueHeads, headSize, operands);
        Require.Length(nameof(CausalAttention), nameof(q), q.Length, shape.Queries);
        Require.Length(nameof(CausalAttention), nameof(k), k.Length, shape.Keys);
        Require.Length(nameof(CausalAttention), nameof(v), v.Length, shape.Keys);
        Require.Length(nameof(CausalAttention), nameof(y), y.Length, shape.Queries);
        Require.Length(nameof(CausalAttention), nameof(logSumExp), logSumExp.Length, shape.Statistics);
        if (length == 0)
            return;
        fixed (float* pq = q, pk = k, pv = v, py = y, plog = logSumExp)
        {
            if (operands == NumberFormat.BFloat16)
                AttentionHeads<NearestBFloat16>.Run(shape, pq, pk, pv, py, plog);
            else
                AttentionHeads<Unrounded>.Run(shape, pq, pk, pv, py, plog);
        }
    }

    private static AttentionShape RequireAttention(string kernel, int batch, int length, int heads, int keyValueHeads, int headSize, NumberFormat operands)
    {
        Require.NotNegative(kernel, nameof(batch), batch);
        Require.NotNegative(kernel, nameof(length), length);
        Require.Positive(kernel, nameof(heads), heads);
        Require.Positive(kernel, nameof(keyValueHeads), keyValueHeads);
        Require.Positive(kernel, nameof(headSize), headSize);
        if (heads % keyValueHeads != 0)
            throw new ArgumentException($"Kernels.{kernel}: {keyValueHeads} key-value heads for {heads} heads; need a divisor of the heads.", nameof(keyValueHeads));
        if (operands is not (NumberFormat.Float32 or NumberFormat.BFloat16))
            throw new ArgumentException($"Kernels.{kernel}: operands is {operands}; need Float32 or BFloat16.", nameof(operands));
        return new(batch, length, heads, keyValueHeads, headSize);
    }
}
