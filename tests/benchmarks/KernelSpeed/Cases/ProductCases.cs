using Shardwright;
using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>
/// Matrix products by what they are in training: y = x · w (NN) and dx = dy · wᵀ (NT) over weights packed once a step, dw = xᵀ · dy (TN). Shapes are rows × columns × inner of the forward product.
/// </summary>
internal static class ProductCases
{
    private static readonly (int Rows, int Columns, int Inner)[] Shapes =
        [(256, 256, 256), (512, 512, 512), (768, 768, 768), (1024, 1024, 1024), (64, 1024, 256), (37, 512, 256)];

    public static IEnumerable<KernelCase> All()
    {
        foreach (var (rows, columns, inner) in Shapes)
        {
            yield return Forward(rows, columns, inner);
            yield return Input(rows, columns, inner);
            yield return Weights(rows, columns, inner, 1);
        }
        yield return Weights(2048, 512, 256, 16);
        yield return Unpacked(512, 512, 512);
        yield return LowPrecision(512, 512, 512);

        // The router.
        yield return Forward(2048, 8, 256);
        yield return Input(2048, 8, 256);
        yield return Weights(2048, 8, 256, 16);
    }

    private static KernelCase Forward(int rows, int columns, int inner) => new("NN", $"{rows}×{columns}×{inner}", Flops(rows, columns, inner), buffers =>
    {
        var (x, w, y) = (buffers.Random(rows * inner), buffers.Random(inner * columns), buffers.Floats(rows * columns));
        var packed = buffers.Packed(w, 1, inner, columns);
        return new(() => Kernels.MatMul(x.Span, packed.Panels(0), y.Span, rows, inner, columns), blas => blas.Multiply(x.Span, w.Span, y.Span, rows, inner, columns));
    });

    private static KernelCase Input(int rows, int columns, int inner) => new("NT", $"{rows}×{columns}×{inner}", Flops(rows, columns, inner), buffers =>
    {
        var (dy, w, dx) = (buffers.Random(rows * columns), buffers.Random(inner * columns), buffers.Floats(rows * inner));
        var packed = buffers.Packed(w, 1, inner, columns);
        return new(() => Kernels.MatMul(dy.Span, packed.Transposed(0), dx.Span, rows, columns, inner),
            blas => blas.Multiply(dy.Span, w.Span, dx.Span, rows, columns, inner, transposeW: true));
    });

    private static KernelCase Weights(int rows, int columns, int inner, int sequences)
        => new("TN", $"{rows}×{columns}×{inner}" + (sequences > 1 ? $", {sequences} sequences" : ""), Flops(rows, columns, inner), buffers =>
    {
        var (x, dy, dw) = (buffers.Random(rows * inner), buffers.Random(rows * columns), buffers.Floats(inner * columns));
        return new(() => Kernels.MatMulGradient(x.Span, dy.Span, dw.Span, Segments.Uniform(sequences, rows / sequences), inner, columns),
            blas => blas.Multiply(x.Span, dy.Span, dw.Span, inner, rows, columns, transposeX: true));
    });

    private static KernelCase Unpacked(int rows, int columns, int inner) => new("NN unpacked", $"{rows}×{columns}×{inner}", Flops(rows, columns, inner), buffers =>
    {
        var (x, w, y) = (buffers.Random(rows * inner), buffers.Random(inner * columns), buffers.Floats(rows * columns));
        return new(() => Kernels.MatMul(x.Span, w.Span, y.Span, rows, inner, columns), blas => blas.Multiply(x.Span, w.Span, y.Span, rows, inner, columns));
    });

    // Left operands are rounded in the call, as activations of another format are; the result is stored in bf16.
    private static KernelCase LowPrecision(int rows, int columns, int inner) => new("NN bf16", $"{rows}×{columns}×{inner}", Flops(rows, columns, inner), buffers =>
    {
        var (x, w, y) = (buffers.Random(rows * inner), buffers.Random(inner * columns), buffers.Floats(rows * columns));
        var packed = buffers.Packed(w, 1, inner, columns, NumberFormat.BFloat16);
        return new(() => Kernels.MatMul(x.Span, packed.Panels(0), y.Span, rows, inner, columns, operand: NumberFormat.BFloat16, store: NumberFormat.BFloat16),
            blas => blas.Multiply(x.Span, w.Span, y.Span, rows, inner, columns));
    });

    private static Work Flops(int rows, int columns, int inner) => new(Flops: 2.0 * rows * columns * inner);
}
