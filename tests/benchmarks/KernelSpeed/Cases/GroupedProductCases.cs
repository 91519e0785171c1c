using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>The products of eight experts in one call, with rows ragged like a routed micro-batch; OpenBLAS is called once for each expert.</summary>
internal static class GroupedProductCases
{
    private const int Columns = 512, Inner = 256;

    private static readonly int[] Counts = [412, 37, 700, 0, 128, 251, 5, 640];
    private static readonly int[] Starts = [0, .. Counts.Select((_, group) => Counts.Take(group + 1).Sum())];

    private static int Experts => Counts.Length;

    private static int Rows => Counts.Sum();

    private static string Shape => $"{Experts} experts of {Counts.Min()}–{Counts.Max()} rows, ×{Columns}×{Inner}";

    private static Work Flops => new(Flops: 2.0 * Rows * Columns * Inner);

    public static IEnumerable<KernelCase> All()
    {
        yield return new("NN grouped", Shape, Flops, buffers =>
        {
            var (x, w, y) = (buffers.Random(Rows * Inner), buffers.Random(Experts * Inner * Columns), buffers.Floats(Rows * Columns));
            var packed = buffers.Packed(w, Experts, Inner, Columns);
            return new(() => Kernels.GroupedMatMul(x.Span, packed.Panels(0, Experts), y.Span, new RowGroups(Starts, default), Inner, Columns),
                blas => ForEach((group, first, rows) => blas.Multiply(Slice(x, first, rows, Inner), Matrix(w, group), Slice(y, first, rows, Columns), rows, Inner, Columns)));
        });
        yield return new("NN grouped, SiLU gate", Shape, Flops with { Sigmoids = Rows * Columns }, buffers =>
        {
            var (x, w, y) = (buffers.Random(Rows * Inner), buffers.Random(Experts * Inner * Columns), buffers.Floats(Rows * Columns));
            var (gate, gated, packed) = (buffers.Random(Rows * Columns), buffers.Floats(Rows * Columns), buffers.Packed(w, Experts, Inner, Columns));
            return new(() => Kernels.GroupedMatMul(x.Span, packed.Panels(0, Experts), y.Span, new RowGroups(Starts, default), Inner, Columns, gate: gate.Span, gated: gated.Span));
        });
        yield return new("NT grouped", Shape, Flops, buffers =>
        {
            var (dy, w, dx) = (buffers.Random(Rows * Columns), buffers.Random(Experts * Inner * Columns), buffers.Floats(Rows * Inner));
            var packed = buffers.Packed(w, Experts, Inner, Columns);
            return new(() => Kernels.GroupedMatMul(dy.Span, packed.Transposed(0, Experts), dx.Span, new RowGroups(Starts, default), Columns, Inner),
                blas => ForEach((group, first, rows) =>
                    blas.Multiply(Slice(dy, first, rows, Columns), Matrix(w, group), Slice(dx, first, rows, Inner), rows, Columns, Inner, transposeW: true)));
        });
        yield return Weights("TN grouped", 1);
        yield return Weights("TN grouped, 16 sequences", 16);
    }

    private static KernelCase Weights(string op, int sequences) => new(op, Shape, Flops, buffers =>
    {
        var (x, dy, dw) = (buffers.Random(Rows * Inner), buffers.Random(Rows * Columns), buffers.Floats(Experts * Inner * Columns));
        int[] boundaries = [.. Counts.SelectMany(rows => Enumerable.Range(0, sequences + 1).Select(sequence => rows * sequence / sequences))];
        return new(() => Kernels.GroupedMatMulGradient(x.Span, dy.Span, dw.Span, new RowGroups(Starts, boundaries), Inner, Columns),
            blas => ForEach((group, first, rows) =>
                blas.Multiply(Slice(x, first, rows, Inner), Slice(dy, first, rows, Columns), Matrix(dw, group), Inner, rows, Columns, transposeX: true)));
    });

    private static Span<float> Slice(Block block, int first, int rows, int columns) => block.Span.Slice(first * columns, rows * columns);

    private static Span<float> Matrix(Block block, int group) => block.Span.Slice(group * Inner * Columns, Inner * Columns);

    private static void ForEach(Action<int, int, int> call)
    {
        for (int group = 0; group < Experts; group++)
        {
            if (Counts[group] > 0)
                call(group, Starts[group], Counts[group]);
        }
    }
}
