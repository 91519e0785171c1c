using Shardwright.Execution;

namespace Shardwright.Tests.Kernels;

/// <summary>Scalar references and operands of the matrix products' tests.</summary>
internal static class Products
{
    /// <summary>One left fold of fused multiply-adds an element.</summary>
    public static float[] Folded(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int rows, int inner, int columns)
    {
        var y = new float[rows * columns];
        for (var i = 0; i < y.Length; i++)
        {
            for (var k = 0; k < inner; k++)
                y[i] = MathF.FusedMultiplyAdd(x[(i / columns * inner) + k], w[(k * columns) + (i % columns)], y[i]);
        }

        return y;
    }

    public static float[] Transposed(float[] x, int rows, int columns)
    {
        var y = new float[x.Length];
        for (var i = 0; i < x.Length; i++)
            y[(i % columns * rows) + (i / columns)] = x[i];
        return y;
    }

    public static float[] Filled(int count)
    {
        var values = new float[count];
        Array.Fill(values, float.NaN);
        return values;
    }

    /// <summary>An arena that holds the values from byte 64 on.</summary>
    public static Arena Arena(float[] values)
    {
        var arena = new Arena(0, 64 + (values.Length * sizeof(float)), 0, 1 << 30, []);
        values.CopyTo(arena.Floats(64, values.Length));
        return arena;
    }

    /// <summary>The weights [matrices, rows, columns], packed.</summary>
    public static (Arena Arena, PackedWeights Packed) Packed(float[] values, int matrices, int rows, int columns)
    {
        var arena = Arena(values);
        return (arena, new PackedWeights(arena, 64, matrices, rows, columns));
    }
}
