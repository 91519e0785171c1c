namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// Gradients of <see cref="CausalAttention"/> with respect to q, k and v; the probabilities are computed again from logSumExp, block by block
    /// (Dao et al. 2022). Where heads share a key-value head, their contributions are added by ascending head. Overwrites.
    /// </summary>
    /// <remarks>
    /// With bf16 <paramref name="operands"/> the probabilities and the gradients of the scores are rounded, to nearest even, before they enter a product.
    /// </remarks>
    /// <exception cref="ArgumentException">A length does not fit the sizes, the key-value heads do not divide the heads, or the operands are neither float32 nor bf16.</exception>
    public static void CausalAttentionGradient(
        ReadOnlySpan<float> q,
        ReadOnlySpan<float> k,
        ReadOnlySpan<float> v,
        ReadOnlySpan<float> y,
        ReadOnlySpan<float> logSumExp,
        ReadOnlySpan<float> dy,
        Span<float> dq,
        Span<float> dk,
        Span<float> dv,
        int batch,
        int length,
        int heads,
        int keyValueHeads,
        int headSize,
        NumberFormat operands = NumberFormat.Float32)
    {
        const string Kernel = nameof(CausalAttentionGradient);
        var shape = RequireAttention(Kernel, batch, length, heads, keyValueHeads, headSize, operands);
        Require.Length(Kernel, nameof(q), q.Length, shape.Queries);
        Require.Length(Kernel, nameof(k), k.Length, shape.Keys);
        Require.Length(Kernel, nameof(v), v.Length, shape.Keys);
        Require.Length(Kernel, nameof(y), y.Length, shape.Queries);
        Require.Length(Kernel, nameof(logSumExp), logSumExp.Length, shape.Statistics);
        Require.Length(Kernel, nameof(dy), dy.Length, shape.Queries);
        Require.Length(Kernel, nameof(dq), dq.Length, shape.Queries);
        Require.Length(Kernel, nameof(dk), dk.Length, shape.Keys);
        Require.Length(Kernel, nameof(dv), dv.Length, shape.Keys);
        if (length == 0)
            return;
        fixed (float* pq = q, pk = k, pv = v, py = y, plog = logSumExp, pdy = dy, pdq = dq, pdk = dk, pdv = dv)
        {
            var arrays = new AttentionArrays { Q = pq, K = pk, V = pv, Y = py, LogSumExp = plog, UpstreamY = pdy, GradientQ = pdq, GradientK = pdk, GradientV = pdv };
            if (operands == NumberFormat.BFloat16)
                AttentionGradientBlocks<NearestBFloat16>.Run(shape, arrays);
            else
                AttentionGradientBlocks<Unrounded>.Run(shape, arrays);
        }
    }
}
