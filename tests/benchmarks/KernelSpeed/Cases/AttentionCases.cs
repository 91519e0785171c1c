using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>Causal attention of 2,048 tokens, 4 heads of 64. Only products and exponentials below the diagonal count as work.</summary>
internal static class AttentionCases
{
    public const int Tokens = 2048, Heads = 4, HeadSize = 64, Width = Heads * HeadSize;

    public static IEnumerable<KernelCase> All()
    {
        foreach (int length in new[] { 128, 1024 })
        {
            yield return new("attention", Shape(length), Products(length, 2), buffers => new(Pass(buffers, length).Forward));
            yield return new("attention gradient", Shape(length), Products(length, 5), buffers =>
            {
                var (forward, backward) = Pass(buffers, length);
                forward();
                return new(backward);
            });
        }
    }

    /// <summary>The forward and the backward pass on the same buffers.</summary>
    public static (Action Forward, Action Backward) Pass(Buffers buffers, int length)
    {
        int elements = Tokens * Width, batch = Tokens / length;
        var (q, k, v, dy) = (buffers.Random(elements), buffers.Random(elements), buffers.Random(elements), buffers.Random(elements));
        var (y, dq, dk, dv) = (buffers.Floats(elements), buffers.Floats(elements), buffers.Floats(elements), buffers.Floats(elements));
        var logSumExp = buffers.Floats(Tokens * Heads);
        return (
            () => Kernels.CausalAttention(q.Span, k.Span, v.Span, y.Span, logSumExp.Span, batch, length, Heads, Heads, HeadSize),
            () => Kernels.CausalAttentionGradient(q.Span, k.Span, v.Span, y.Span, logSumExp.Span, dy.Span, dq.Span, dk.Span, dv.Span, batch, length, Heads, Heads, HeadSize));
    }

    private static string Shape(int length) => $"context {length}, batch {Tokens / length}, {Heads} heads of {HeadSize}";

    private static Work Products(int length, int products)
    {
        double pairs = (double)Tokens * Heads * (length + 1) / 2;
        return new(Flops: products * 2 * HeadSize * pairs, Exponentials: pairs);
    }
}
