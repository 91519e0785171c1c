using Shardwright.Execution;
using Shardwright.Runtime.Tests;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

/// <summary>What every matrix product keeps to: bits that depend on a row's values alone, nothing allocated, nothing swallowed.</summary>
[Collection(nameof(Allocations))]
public sealed class ProductLawTests
{
    private const int Groups = 4, Sequences = 6, Inner = 70, Columns = 136;
    private static readonly int[] Starts = [0, 333, 333, 334, 500];
    private readonly float[] x = Numbers.Random(Starts[^1] * Inner, 1);
    private readonly float[] dy = Numbers.Random(Starts[^1] * Columns, 2);
    private readonly float[] w = Numbers.Random(Groups * Inner * Columns, 3);
    private readonly float[] bias = Numbers.Random(Groups * Columns, 4);
    private readonly int[] boundaries = new int[Groups * (Sequences + 1)];

    public ProductLawTests()
    {
        for (var g = 0; g < Groups; g++)
        {
            for (var s = 0; s <= Sequences; s++)
                boundaries[(g * (Sequences + 1)) + s] = (Starts[g + 1] - Starts[g]) * s / Sequences;
        }
    }

    [Fact]
    public void Products_AnyNumberOfThreads_GiveTheSameBits()
    {
        var (arena, packed) = Products.Packed(w, Groups, Inner, Columns);
        using var _ = arena;
        using var __ = packed;
        var one = All(packed);
        foreach (var threads in new[] { 2, 3, 7 })
        {
            using var pool = new WorkPool(threads);
            WorkPool.Current = pool;
            try
            {
                packed.Invalidate();
                var many = All(packed);
                for (var i = 0; i < one.Length; i++)
                    Numbers.SameBits(one[i], many[i]);
            }
            finally
            {
                WorkPool.Current = null;
            }
        }
    }

    [Fact]
    public void MatMul_RowAlone_HasTheBitsItHasAmongOthers()
    {
        var (arena, packed) = Products.Packed(w, Groups, Inner, Columns);
        using var _ = arena;
        using var __ = packed;
        var all = new float[50 * Columns];
        var alone = new float[Columns];
        K.MatMul(x.AsSpan(0, 50 * Inner), packed.Panels(2), all, 50, Inner, Columns);
        for (var row = 0; row < 50; row++)
        {
            K.MatMul(x.AsSpan(row * Inner, Inner), packed.Panels(2), alone, 1, Inner, Columns);
            Numbers.SameBits(all.AsSpan(row * Columns, Columns), alone);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Products_NotANumberOrInfinity_ReachesItsRowsAndColumnsOnly(float value)
    {
        var (arena, packed) = Products.Packed(w, Groups, Inner, Columns);
        using var _ = arena;
        using var __ = packed;
        x[(7 * Inner) + 3] = value;
        var y = new float[20 * Columns];
        K.MatMul(x.AsSpan(0, 20 * Inner), packed.Panels(0), y, 20, Inner, Columns);
        for (var i = 0; i < y.Length; i++)
            Assert.Equal(i / Columns != 7, float.IsFinite(y[i]));
        var dw = new float[Inner * Columns];
        K.MatMulGradient(x.AsSpan(0, 20 * Inner), dy.AsSpan(0, 20 * Columns), dw, Segments.Uniform(4, 5), Inner, Columns);
        for (var i = 0; i < dw.Length; i++)
            Assert.Equal(i / Columns != 3, float.IsFinite(dw[i]));
    }

    [Theory]
    [InlineData(NumberFormat.Float32)]
    [InlineData(NumberFormat.BFloat16)]
    [InlineData(NumberFormat.Float8E4M3)]
    public void Products_SteadyState_AllocateNothing(NumberFormat format)
    {
        using var pool = new WorkPool(2);
        WorkPool.Current = pool;
        try
        {
            var arena = Products.Arena(w);
            using var _ = arena;
            using var packed = new PackedWeights(arena, 64, Groups, Inner, Columns, format);
            var y = new float[dy.Length];
            var dx = new float[x.Length];
            var dw = new float[w.Length];
            void Step()
            {
                packed.Invalidate();
                var groups = new RowGroups(Starts, boundaries);
                K.GroupedMatMul(x, packed.Panels(0, Groups), y, groups, Inner, Columns, bias: bias, operand: format, store: format);
                K.GroupedMatMul(dy, packed.Transposed(0, Groups), dx, groups, Columns, Inner);
                K.GroupedMatMulGradient(x, dy, dw, groups, Inner, Columns, format);
                K.MatMulGradient(x, dy, dw.AsSpan(0, Inner * Columns), Segments.Uniform(4, 125), Inner, Columns, format);
            }

            Step();
            Step();
            Assert.Equal(0, Allocations.Of(Step));
        }
        finally
        {
            WorkPool.Current = null;
        }
    }

    private float[][] All(PackedWeights packed)
    {
        var groups = new RowGroups(Starts, boundaries);
        float[][] results = [new float[dy.Length], new float[x.Length], new float[w.Length], new float[Inner * Columns], new float[dy.Length], new float[Inner * 8]];
        K.GroupedMatMul(x, packed.Panels(0, Groups), results[0], groups, Inner, Columns, bias: bias, residual: dy);
        K.GroupedMatMul(dy, packed.Transposed(0, Groups), results[1], groups, Columns, Inner);
        K.GroupedMatMulGradient(x, dy, results[2], groups, Inner, Columns);
        K.MatMulGradient(x, dy, results[3], Segments.Uniform(4, 125), Inner, Columns);
        K.MatMul(x, w.AsSpan(0, Inner * Columns), results[4], Starts[^1], Inner, Columns);
        K.MatMulGradient(x, dy.AsSpan(0, Starts[^1] * 8), results[5], Segments.Uniform(4, 125), Inner, 8);
        return results;
    }
}
