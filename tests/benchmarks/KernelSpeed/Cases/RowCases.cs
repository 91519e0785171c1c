using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>Element-wise and row ops at the sizes of the fixed benchmark shape: 2,048 tokens of width 256, 4,096 copies of width 512 inside the experts, 256 classes.</summary>
internal static class RowCases
{
    private const int Tokens = 2048, Width = 256, Copies = 4096, Hidden = 512, Sequences = 16, Vocabulary = 256;
    private const string TokenRows = "2048×256", HiddenRows = "4096×512";
    private const float Epsilon = 1e-5f, Theta = 10_000;

    public static IEnumerable<KernelCase> All() => [.. Norms(), .. Losses(), .. Gates(), .. Positions()];

    private static IEnumerable<KernelCase> Norms()
    {
        yield return Row("RmsNorm", new(Reads: 1, Writes: 1), (x, _, y, g, s) => Kernels.RmsNorm(x.Span, g.Span, y.Span, s.Span, Tokens, Width, Epsilon));
        yield return Row("RmsNormGradient", new(Reads: 2, Writes: 1), (x, dy, dx, g, s) => Kernels.RmsNormGradient(x.Span, g.Span, s.Span, dy.Span, dx.Span, Tokens, Width));
        yield return Row("RmsNormGainGradient", new(Reads: 2), (x, dy, _, g, s) => Kernels.RmsNormGainGradient(x.Span, s.Span, dy.Span, g.Span, PerSequence, Width));
        yield return Row("LayerNorm", new(Reads: 1, Writes: 1), (x, b, y, g, s) => Kernels.LayerNorm(x.Span, g.Span, g.Span, y.Span, b.Span[..Tokens], s.Span, Tokens, Width, Epsilon));
        yield return Row("LayerNormGradient", new(Reads: 2, Writes: 1), (x, dy, dx, g, s) => Kernels.LayerNormGradient(x.Span, g.Span, s.Span, s.Span, dy.Span, dx.Span, Tokens, Width));
        yield return Row("Add", new(Reads: 2, Writes: 1), (a, b, y, _, _) => Kernels.Add(a.Span, b.Span, y.Span));
    }

    private static IEnumerable<KernelCase> Losses()
    {
        double elements = Tokens * Width;
        yield return Row("Softmax", new(Exponentials: elements, Reads: 1, Writes: 1), (x, _, y, _, _) => Kernels.Softmax(x.Span, y.Span, Tokens, Width));
        yield return Row("SoftmaxGradient", new(Reads: 2, Writes: 1), (y, dy, dx, _, _) => Kernels.SoftmaxGradient(y.Span, dy.Span, dx.Span, Tokens, Width));
        yield return new("CrossEntropy", TokenRows, new(Exponentials: elements, Reads: 1, Elements: Tokens * Width), buffers =>
        {
            var (x, targets, sum, log) = (buffers.Random(Tokens * Width), buffers.RandomIntegers(Tokens, Width), buffers.Floats(1), buffers.Floats(Tokens));
            return new(() => Kernels.CrossEntropy(x.Span, targets.Integers, default, sum.Span, log.Span, PerSequence, Width));
        });
        yield return new("CrossEntropyGradient", TokenRows, new(Exponentials: elements, Reads: 1, Writes: 1, Elements: Tokens * Width), buffers =>
        {
            var (x, targets, dx, log) = (buffers.Random(Tokens * Width), buffers.RandomIntegers(Tokens, Width), buffers.Floats(Tokens * Width), buffers.Random(Tokens, 5, 6));
            return new(() => Kernels.CrossEntropyGradient(x.Span, log.Span, targets.Integers, default, dx.Span, 1f / Tokens, Tokens, Width));
        });
    }

    private static IEnumerable<KernelCase> Gates()
    {
        const int Elements = Copies * Hidden;
        yield return new("Silu", HiddenRows, new(Sigmoids: Elements, Reads: 1, Writes: 1, Elements: Elements), buffers =>
        {
            var (x, y) = (buffers.Random(Elements), buffers.Floats(Elements));
            return new(() => Kernels.Silu(x.Span, y.Span));
        });
        yield return new("SiluGradient", HiddenRows, new(Sigmoids: Elements, Reads: 2, Writes: 1, Elements: Elements), buffers =>
        {
            var (x, dy, dx) = (buffers.Random(Elements), buffers.Random(Elements), buffers.Floats(Elements));
            return new(() => Kernels.SiluGradient(x.Span, dy.Span, dx.Span));
        });
        yield return new("SiluGate", HiddenRows, new(Sigmoids: Elements, Reads: 2, Writes: 1, Elements: Elements), buffers =>
        {
            var (gate, up, y) = (buffers.Random(Elements), buffers.Random(Elements), buffers.Floats(Elements));
            return new(() => Kernels.SiluGate(gate.Span, up.Span, y.Span));
        });
        yield return new("SiluGateGradient", HiddenRows, new(Sigmoids: Elements, Reads: 3, Writes: 2, Elements: Elements), buffers =>
        {
            var (gate, up, dy) = (buffers.Random(Elements), buffers.Random(Elements), buffers.Random(Elements));
            var (dgate, dup) = (buffers.Floats(Elements), buffers.Floats(Elements));
            return new(() => Kernels.SiluGateGradient(gate.Span, up.Span, dy.Span, dgate.Span, dup.Span));
        });
    }

    private static IEnumerable<KernelCase> Positions()
    {
        yield return Row("Rope", new(Reads: 1, Writes: 1), (x, _, y, _, _) => Kernels.Rope(x.Span, y.Span, Sequences, Tokens / Sequences, 4, Width / 4, Theta));
        yield return Row("RopeGradient", new(Reads: 1, Writes: 1), (x, _, y, _, _) => Kernels.RopeGradient(x.Span, y.Span, Sequences, Tokens / Sequences, 4, Width / 4, Theta));
        yield return Row("Transpose", new(Reads: 1, Writes: 1), (x, _, y, _, _) => Kernels.Transpose(x.Span, y.Span, 1, Tokens, Width));
        // The table stays in the second-level cache, but reading from there takes time too: a bare loop over writes alone is not what the op could be.
        yield return new("Embed", TokenRows, new(Reads: 1, Writes: 1, Elements: Tokens * Width, Table: Vocabulary * Width), buffers =>
        {
            var (tokens, table, y) = (buffers.RandomIntegers(Tokens, Vocabulary), buffers.Random(Vocabulary * Width), buffers.Floats(Tokens * Width));
            return new(() => Kernels.Embed(tokens.Integers, table.Span, y.Span, Width));
        });
        yield return new("EmbedGradient", TokenRows, new(Reads: 1, Elements: Tokens * Width), buffers =>
        {
            var (tokens, dy, table) = (buffers.RandomIntegers(Tokens, Vocabulary), buffers.Random(Tokens * Width), buffers.Floats(Vocabulary * Width));
            return new(() => Kernels.EmbedGradient(tokens.Integers, dy.Span, table.Span, PerSequence, Vocabulary, Width));
        });
    }

    private static Segments PerSequence => Segments.Uniform(Sequences, Tokens / Sequences);

    // Two operands and a result of [2048, 256], a gain of a row's length and one statistic a row.
    private static KernelCase Row(string op, Work work, Action<Block, Block, Block, Block, Block> call) => new(op, TokenRows, work with { Elements = Tokens * Width }, buffers =>
    {
        var (a, b, y) = (buffers.Random(Tokens * Width), buffers.Random(Tokens * Width), buffers.Floats(Tokens * Width));
        var (gain, statistic) = (buffers.Random(Width), buffers.Random(Tokens, 0.5f));
        return new(() => call(a, b, y, gain, statistic));
    });
}
