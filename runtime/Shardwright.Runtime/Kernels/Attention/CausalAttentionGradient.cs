namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// Gradients of <see cref="CausalAttention"/> with respect to q, k and v; the probabilities are computed again from logSumExp, a few queries at
    /// a time (Dao et al. 2022). Where heads share a key-value head, their contributions are added by ascending head. Overwrites.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or the key-value heads do not divide the heads.</exception>
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
        int headSize)
    {
        const string Kernel = nameof(CausalAttentionGradient);
        var shape = RequireAttention(Kernel, batch, length, heads, keyValueHeads, headSize);
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
            var work = new AttentionGradientHeads(shape)
            {
                Q = pq,
                K = pk,
                V = pv,
                Y = py,
                LogSumExp = plog,
                UpstreamY = pdy,
                GradientQ = pdq,
                GradientK = pdk,
                GradientV = pdv,
            };
            Ranges.Split(work, (nint)batch * keyValueHeads, 1);
        }
    }
}
