using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>
/// Matrix products by what they are in training: y = x · w (NN), dx = dy · wᵀ (NT) and dw = xᵀ · dy (TN), rows × columns × inner of the forward product.
/// </summary>
internal static class ProductCases
{
    private static readonly (int Rows, int Columns, int Inner)[] Shapes =
        [(256, 256, 256), (512, 512, 512), (768, 768, 768), (1024, 1024, 1024), (64, 1024, 256), (37, 512, 256)];

    // Rows of eight experts, from none to 700: ragged like a routed micro-batch.
    private static readonly int[] Groups = [412, 37, 700, 0, 128, 251, 5, 640];

    public static IEnumerable<KernelCase> All()
    {
        foreach (var (rows, columns, inner) in Shapes)
        {
            yield return Forward(rows, columns, inner);
            yield return Input(rows, columns, inner);
            yield return Weights(rows, columns, inner, 1);
        }
        yield return GroupedForward(512, 256);
        yield return GroupedInput(512, 256);
        yield return GroupedWeights(512, 256);
        yield return Weights(2048, 512, 256, 16);
        yield return Forward(2048, 8, 256);
        yield return Input(2048, 8, 256);
        yield return Weights(2048, 8, 256, 16);
    }

    private static KernelCase Forward(int rows, int columns, int inner) => new("NN", $"{rows}×{columns}×{inner}", Flops(rows, columns, inner), buffers =>
    {
        var (x, w, y) = (buffers.Random(rows * inner), buffers.Random(inner * columns), buffers.Floats(rows * columns));
        return new(() => Kernels.MatMul(x.Span, w.Span, y.Span, rows, inner, columns), blas => blas.Multiply(x.Span, w.Span, y.Span, rows, inner, columns));
    });

    private static KernelCase Input(int rows, int columns, int inner) => new("NT", $"{rows}×{columns}×{inner}", Flops(rows, columns, inner), buffers =>
    {
        var (dy, w, dx) = (buffers.Random(rows * columns), buffers.Random(inner * columns), buffers.Floats(rows * inner));
        return new(() => Kernels.MatMulTransposed(dy.Span, w.Span, dx.Span, rows, columns, inner),
            blas => blas.Multiply(dy.Span, w.Span, dx.Span, rows, columns, inner, transposeW: true));
    });

    private static KernelCase Weights(int rows, int columns, int inner, int sequences)
        => new("TN", $"{rows}×{columns}×{inner}" + (sequences > 1 ? $", {sequences} sequences" : ""), Flops(rows, columns, inner), buffers =>
    {
        var (x, dy, dw) = (buffers.Random(rows * inner), buffers.Random(rows * columns), buffers.Floats(inner * columns));
        return new(() => Kernels.MatMulGradient(x.Span, dy.Span, dw.Span, Segments.Uniform(sequences, rows / sequences), inner, columns),
            blas => blas.Multiply(x.Span, dy.Span, dw.Span, inner, rows, columns, transposeX: true));
    });

    private static KernelCase GroupedForward(int columns, int inner) => new("NN grouped", GroupShape(columns, inner), Flops(Groups.Sum(), columns, inner), buffers =>
    {
        int rows = Groups.Sum();
        var (x, w, y) = (buffers.Random(rows * inner), buffers.Random(Groups.Length * inner * columns), buffers.Floats(rows * columns));
        return new(
            () => ForEachGroup((group, first, count) => Kernels.MatMul(Rows(x, first, count, inner), Matrix(w, group, inner * columns), Rows(y, first, count, columns), count, inner, columns)),
            blas => ForEachGroup((group, first, count) => blas.Multiply(Rows(x, first, count, inner), Matrix(w, group, inner * columns), Rows(y, first, count, columns), count, inner, columns)));
    });

    private static KernelCase GroupedInput(int columns, int inner) => new("NT grouped", GroupShape(columns, inner), Flops(Groups.Sum(), columns, inner), buffers =>
    {
        int rows = Groups.Sum();
        var (dy, w, dx) = (buffers.Random(rows * columns), buffers.Random(Groups.Length * inner * columns), buffers.Floats(rows * inner));
        return new(
            () => ForEachGroup((group, first, count) =>
                Kernels.MatMulTransposed(Rows(dy, first, count, columns), Matrix(w, group, inner * columns), Rows(dx, first, count, inner), count, columns, inner)),
            blas => ForEachGroup((group, first, count) =>
                blas.Multiply(Rows(dy, first, count, columns), Matrix(w, group, inner * columns), Rows(dx, first, count, inner), count, columns, inner, transposeW: true)));
    });

    private static KernelCase GroupedWeights(int columns, int inner) => new("TN grouped", GroupShape(columns, inner), Flops(Groups.Sum(), columns, inner), buffers =>
    {
        int rows = Groups.Sum();
        var (x, dy, dw) = (buffers.Random(rows * inner), buffers.Random(rows * columns), buffers.Floats(Groups.Length * inner * columns));
        return new(
            () => ForEachGroup((group, first, count) =>
                Kernels.MatMulGradient(Rows(x, first, count, inner), Rows(dy, first, count, columns), Matrix(dw, group, inner * columns), Segments.Uniform(1, count), inner, columns)),
            blas => ForEachGroup((group, first, count) =>
                blas.Multiply(Rows(x, first, count, inner), Rows(dy, first, count, columns), Matrix(dw, group, inner * columns), inner, count, columns, transposeX: true)));
    });

    private static Work Flops(int rows, int columns, int inner) => new(Flops: 2.0 * rows * columns * inner);

    private static string GroupShape(int columns, int inner) => $"{Groups.Length} experts, {Groups.Min()}–{Groups.Max()} rows, ×{columns}×{inner}";

    private static Span<float> Rows(Block block, int first, int count, int columns) => block.Span.Slice(first * columns, count * columns);

    private static Span<float> Matrix(Block block, int group, int elements) => block.Span.Slice(group * elements, elements);

    private static void ForEachGroup(Action<int, int, int> call)
    {
        for (int group = 0, first = 0; group < Groups.Length; first += Groups[group++])
        {
            if (Groups[group] > 0)
                call(group, first, Groups[group]);
        }
    }
}
