using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>
/// The operations a model is written in, eagerly: plain reference code on dense row-major float32 that one can step into, and the oracle of the generated program.
/// Every operation returns a new tensor. Shape errors are <see cref="ArgumentException"/>s that name the operation, both shapes and the dimension.
/// </summary>
public static partial class Nn
{
    /// <summary>Matrix product: y[…, i, j] = Σ_p a[…, i, p] · b[…, p, j], p ascending, each step a fused multiply-add.</summary>
    /// <param name="a">[…, m, k]</param>
    /// <param name="b">[k, n], used for every leading index of <paramref name="a"/>; or […, k, n] with the same leading dimensions.</param>
    /// <returns>[…, m, n]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor<float> MatMul(Tensor<float> a, Tensor<float> b)
    {
        CheckMatMul(a, b);
        int k = Dense.Width(a), n = Dense.Width(b), rows = Dense.Rows(a);
        var rowsPerMatrix = b.Rank == 2 ? rows : (int)a.Lengths[^2];
        Stored.ReadOperands(a, b, k, n, out var left, out var right);
        var y = new float[rows * n];
        for (var i = 0; i < rows; i++)
        {
            var matrix = right.Slice(i / rowsPerMatrix * k * n, k * n);
            var row = y.AsSpan(i * n, n);
            for (var p = 0; p < k; p++)
                TensorPrimitives.FusedMultiplyAdd(matrix.Slice(p * n, n), left[i * k + p], row, row);
        }

        return Stored.Wrap(y, Dense.WithWidth(a, n));
    }

    private static void CheckMatMul(Tensor<float> a, Tensor<float> b)
    {
        if (a.Rank < 2 || b.Rank < 2)
            throw new ArgumentException(
                $"Nn.MatMul: a {Dense.Shape(a)}, b {Dense.Shape(b)}: {a.Rank} and {b.Rank} dimensions; need two or more in both, a […, m, k] and b [k, n] or […, k, n].",
                a.Rank < 2 ? nameof(a) : nameof(b));
        if (a.Lengths[^1] != b.Lengths[^2])
            throw new ArgumentException(
                $"Nn.MatMul: a {Dense.Shape(a)}, b {Dense.Shape(b)}: dimension {a.Rank - 1} of a is {a.Lengths[^1]}, dimension {b.Rank - 2} of b is {b.Lengths[^2]}; " +
                "need them equal. Nn.Transpose(b) swaps the last two dimensions of b.",
                nameof(b));
        if (b.Rank > 2)
            ShapeCheck.SameLeading("Nn.MatMul", nameof(a), a, 2, nameof(b), b, 2);
    }
}
