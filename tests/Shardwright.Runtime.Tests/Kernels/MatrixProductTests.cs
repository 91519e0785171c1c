using Shardwright.Execution;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class MatrixProductTests
{
    public static TheoryData<int, int, int> Shapes()
    {
        var data = new TheoryData<int, int, int> { { 0, 3, 4 }, { 1, 1, 1 }, { 6, 64, 64 }, { 200, 33, 70 }, { 13, 1100, 64 }, { 5, 0, 7 } };
        var random = new Random(5);
        for (var i = 0; i < 12; i++)
            data.Add(random.Next(1, 41), random.Next(1, 90), random.Next(1, 150));
        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MatMul_AnyShape_EqualsOneFusedFoldOverInner(int rows, int inner, int columns)
    {
        var x = Numbers.Random(rows * inner, 1);
        var w = Numbers.Random(inner * columns, 2);
        var expected = Products.Folded(x, w, rows, inner, columns);
        var y = Products.Filled(rows * columns);
        K.MatMul(x, w, y, rows, inner, columns);
        Numbers.SameBits(expected, y);

        K.MatMulTransposed(x, Products.Transposed(w, inner, columns), y, rows, inner, columns);
        Numbers.SameBits(expected, y);

        var start = Numbers.Random(rows * columns, 3);
        var sum = (float[])start.Clone();
        K.MatMul(x, w, sum, rows, inner, columns, accumulate: true);
        Numbers.SameBits(Numbers.Sum(start, expected), sum);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void BatchMatMul_TransposedOperands_EqualsEachProductAlone(bool transposeA, bool transposeB)
    {
        const int Batch = 3, Rows = 11, Inner = 19, Columns = 21;
        var a = Numbers.Random(Batch * Rows * Inner, 1);
        var b = Numbers.Random(Batch * Inner * Columns, 2);
        var expected = new List<float>();
        var left = new List<float>();
        var right = new List<float>();
        for (var i = 0; i < Batch; i++)
        {
            var ai = a[(i * Rows * Inner)..((i + 1) * Rows * Inner)];
            var bi = b[(i * Inner * Columns)..((i + 1) * Inner * Columns)];
            expected.AddRange(Products.Folded(ai, bi, Rows, Inner, Columns));
            left.AddRange(transposeA ? Products.Transposed(ai, Rows, Inner) : ai);
            right.AddRange(transposeB ? Products.Transposed(bi, Inner, Columns) : bi);
        }

        var y = Products.Filled(Batch * Rows * Columns);
        K.BatchMatMul([.. left], [.. right], y, Batch, Rows, Inner, Columns, transposeA, transposeB);
        Numbers.SameBits([.. expected], y);
    }

    [Theory]
    [InlineData(8, 6, 20, 30)]
    [InlineData(8, 150, 100, 70)]
    [InlineData(6, 5, 97, 64)]
    [InlineData(5, 3, 7, 1)]
    [InlineData(1, 300, 10, 65)]
    [InlineData(3, 2100, 25, 65)]
    [InlineData(20, 150, 25, 65)]
    [InlineData(4, 7, 37, 208)]
    [InlineData(2, 30, 68, 200)]
    [InlineData(1, 2500, 14, 192)]
    [InlineData(2, 9, 7, 320)]
    public void MatMulGradient_UniformSequences_EqualsTreeOfFolds(int sequences, int length, int inner, int columns)
    {
        var boundaries = Enumerable.Range(0, sequences + 1).Select(i => i * length).ToArray();
        var (x, dy, expected) = Gradient(boundaries, inner, columns);
        var dw = Products.Filled(inner * columns);
        K.MatMulGradient(x, dy, dw, Segments.Uniform(sequences, length), inner, columns);
        Numbers.SameBits(expected, dw);
    }

    [Fact]
    public void MatMulGradient_RaggedSequencesWithEmptyOnes_EqualsTreeOfFolds()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 20; trial++)
        {
            var count = random.Next(1, 17);
            var boundaries = new int[count + 1];
            for (var i = 0; i < count; i++)
                boundaries[i + 1] = boundaries[i] + (random.Next(3) == 0 ? 0 : random.Next(1, 140));
            var (x, dy, expected) = Gradient(boundaries, 23, 37);
            var dw = Products.Filled(23 * 37);
            K.MatMulGradient(x, dy, dw, Segments.Ragged(boundaries), 23, 37);
            Numbers.SameBits(expected, dw);
        }
    }

    [Fact]
    public void MatMulGradient_HalvesComputedApart_AddToTheWhole()
    {
        const int Length = 9, Inner = 31, Columns = 40;
        var x = Numbers.Random(8 * Length * Inner, 1);
        var dy = Numbers.Random(8 * Length * Columns, 2);
        var whole = new float[Inner * Columns];
        var first = new float[Inner * Columns];
        var second = new float[Inner * Columns];
        K.MatMulGradient(x, dy, whole, Segments.Uniform(8, Length), Inner, Columns);
        K.MatMulGradient(x.AsSpan(0, x.Length / 2), dy.AsSpan(0, dy.Length / 2), first, Segments.Uniform(4, Length), Inner, Columns);
        K.MatMulGradient(x.AsSpan(x.Length / 2), dy.AsSpan(dy.Length / 2), second, Segments.Uniform(4, Length), Inner, Columns);
        Numbers.SameBits(Numbers.Sum(first, second), whole);
    }

    [Fact]
    public void MatMulGradient_UnderflowingProducts_NeverGiveNegativeZero()
    {
        var dw = new float[1];
        K.MatMulGradient([1e-30f], [-1e-30f], dw, Segments.Uniform(1, 1), 1, 1);
        Numbers.SameBits([0f], dw);
    }

    [Fact]
    public void MatMul_WrongLength_NamesArgumentGotAndNeed()
    {
        var error = Assert.Throws<ArgumentException>(() => K.MatMul(new float[5], new float[6], new float[4], 2, 3, 2));
        Assert.Contains("MatMul: x has 5 elements; need 6", error.Message);
    }

    private static (float[] X, float[] Dy, float[] Expected) Gradient(int[] boundaries, int inner, int columns)
    {
        var x = Numbers.Random(boundaries[^1] * inner, 1);
        var dy = Numbers.Random(boundaries[^1] * columns, 2);
        var leaves = new List<float[]>();
        for (var s = 0; s + 1 < boundaries.Length; s++)
        {
            var leaf = new float[inner * columns];
            for (var t = boundaries[s]; t < boundaries[s + 1]; t++)
            {
                for (var i = 0; i < leaf.Length; i++)
                    leaf[i] = MathF.FusedMultiplyAdd(x[(t * inner) + (i / columns)], dy[(t * columns) + (i % columns)], leaf[i]);
            }

            leaves.Add([.. leaf.Select(value => value + 0f)]);
        }

        return (x, dy, Numbers.Tree(leaves));
    }
}
