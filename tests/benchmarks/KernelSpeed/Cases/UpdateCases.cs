using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>The end of a step over the 13.8 million parameters of the fixed benchmark shape, which do not fit in a cache.</summary>
internal static class UpdateCases
{
    private const int Parameters = 13_800_000;
    private const string Shape = "13.8 M parameters";

    public static IEnumerable<KernelCase> All()
    {
        yield return new("AdamW", Shape, new(Reads: 4, Writes: 3, Elements: Parameters, InPlace: true), buffers =>
        {
            var (p, g, m, v) = (buffers.Random(Parameters), buffers.Random(Parameters), buffers.Random(Parameters), buffers.Random(Parameters, 0));
            return new(() => Kernels.AdamW(p.Span, g.Span, m.Span, v.Span, 1, 1e-4f, 0.9f, 0.95f, 1e-8f, 0.1f, 100));
        });
        yield return new("SumOfSquares", Shape, new(Reads: 1, Elements: Parameters), buffers =>
        {
            var g = buffers.Random(Parameters);
            return new(() => Kernels.SumOfSquares(g.Span));
        });
    }
}
