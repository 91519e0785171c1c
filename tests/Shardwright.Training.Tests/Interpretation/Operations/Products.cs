using Shardwright.Compiler.Ops;

namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>Matrix products as three nested loops.</summary>
internal static class Products
{
    public static DoubleTensor MatMul(DoubleTensor x, DoubleTensor w, bool transposed)
    {
        int inner = x.Last, columns = w.Shape[transposed ? 0 : 1];
        var y = x.WithLast(columns);
        for (var r = 0; r < x.Rows; r++)
            for (var k = 0; k < inner; k++)
                for (var c = 0; c < columns; c++)
                    y.Data[(r * columns) + c] += x.Data[(r * inner) + k] * w.Data[transposed ? (c * inner) + k : (k * columns) + c];
        return y;
    }

    /// <summary>A product with what was fused into it: + bias, + residual; with a gate, silu(gate) · the product, then the product.</summary>
    public static DoubleTensor[] Fused(MatMul op, DoubleTensor[] x)
    {
        var y = MatMul(x[0], x[1], op.Transposed);
        var next = 2;
        if (op.Bias)
            y = Pointwise.Broadcast(y, x[next++], (a, b) => a + b);
        if (op.Residual)
            y = y.Zip(x[next++], (a, b) => a + b);
        return op.Gate ? [Pointwise.SiluGate(x[next], y), y] : [y];
    }

    /// <summary>Σ over rows of xᵀ·dy.</summary>
    public static DoubleTensor Gradient(DoubleTensor x, DoubleTensor dy)
    {
        var dw = new DoubleTensor([x.Last, dy.Last]);
        for (var r = 0; r < x.Rows; r++)
            for (var k = 0; k < x.Last; k++)
                for (var c = 0; c < dy.Last; c++)
                    dw.Data[(k * dy.Last) + c] += x.Data[(r * x.Last) + k] * dy.Data[(r * dy.Last) + c];
        return dw;
    }

    public static DoubleTensor Batched(DoubleTensor a, DoubleTensor b, bool transposeA, bool transposeB)
    {
        int rows = a.Shape[transposeA ? ^1 : ^2], inner = a.Shape[transposeA ? ^2 : ^1], columns = b.Shape[transposeB ? ^2 : ^1];
        var y = new DoubleTensor(a.Shape.SkipLast(2).Concat([rows, columns]));
        for (var n = 0; n < DoubleTensor.Count(a.Shape.SkipLast(2)); n++)
            for (var r = 0; r < rows; r++)
                for (var c = 0; c < columns; c++)
                    for (var k = 0; k < inner; k++)
                    {
                        var left = a.Data[(n * rows * inner) + (transposeA ? (k * rows) + r : (r * inner) + k)];
                        var right = b.Data[(n * inner * columns) + (transposeB ? (c * inner) + k : (k * columns) + c)];
                        y.Data[(((n * rows) + r) * columns) + c] += left * right;
                    }
        return y;
    }
}
