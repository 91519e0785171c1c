using Shardwright;
using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>What a step does once with every weight: the update of the 13.8 million parameters of the fixed benchmark shape, which do not fit in a cache, and the packing of a layer's experts.</summary>
internal static class UpdateCases
{
    private const int Parameters = 13_800_000, Experts = 8;
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
        yield return Pack("pack weights", packed => packed.Panels(0, Experts));
        yield return Pack("pack weights transposed", packed => packed.Transposed(0, Experts));
        yield return new("round to bf16", "4096×512", new(Reads: 1, Writes: 1, Elements: 4096 * 512, InPlace: true), buffers =>
        {
            var x = buffers.Random(4096 * 512);
            return new(() => Kernels.Round(x.Span, NumberFormat.BFloat16));
        });
    }

    private static KernelCase Pack(string op, Action<PackedWeights> pack) => new(op, $"{Experts}×256×512", new(Reads: 1, Writes: 1, Elements: Experts * 256 * 512), buffers =>
    {
        var packed = buffers.Packed(buffers.Random(Experts * 256 * 512), Experts, 256, 512);
        return new(() =>
        {
            packed.Invalidate();
            pack(packed);
        });
    });
}
