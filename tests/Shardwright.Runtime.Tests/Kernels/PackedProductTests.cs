using Shardwright.Execution;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class PackedProductTests
{
    [Theory]
    [InlineData(0, 3, 4)]
    [InlineData(1, 1, 1)]
    [InlineData(6, 64, 64)]
    [InlineData(37, 70, 8)]
    [InlineData(200, 33, 70)]
    [InlineData(13, 1100, 64)]
    [InlineData(50, 600, 130)]
    [InlineData(5, 0, 7)]
    public void MatMul_PackedWeights_EqualsPlainOperandInBothOrientations(int rows, int inner, int columns)
    {
        var x = Numbers.Random(rows * inner, 1);
        var w = Numbers.Random(inner * columns, 2);
        var expected = Products.Folded(x, w, rows, inner, columns);
        var y = Products.Filled(rows * columns);

        var (arena, packed) = Products.Packed(w, 1, inner, columns);
        using (arena)
        using (packed)
        {
            K.MatMul(x, packed.Panels(0), y, rows, inner, columns);
            Numbers.SameBits(expected, y);
        }

        y = Products.Filled(rows * columns);
        (arena, packed) = Products.Packed(Products.Transposed(w, inner, columns), 1, columns, inner);
        using (arena)
        using (packed)
        {
            K.MatMul(x, packed.Transposed(0), y, rows, inner, columns);
            Numbers.SameBits(expected, y);
        }
    }

    [Fact]
    public void MatMul_EveryCombinationOfOptions_EqualsTheStatedOrder()
    {
        foreach (var (rows, inner, columns) in new[] { (29, 40, 64), (29, 40, 150), (29, 600, 70) })
        {
            var x = Numbers.Random(rows * inner, 1);
            var w = Numbers.Random(inner * columns, 2);
            var fold = Products.Folded(x, w, rows, inner, columns);
            var start = Numbers.Random(rows * columns, 3);
            var bias = Numbers.Random(columns, 4);
            var scale = Numbers.Random(rows, 5);
            var residual = Numbers.Random(rows * columns, 6);
            var gate = Numbers.Random(rows * columns, 7, -4, 4);
            var silu = new float[gate.Length];
            K.Silu(gate, silu);
            var (arena, packed) = Products.Packed(w, 1, inner, columns);
            using var _ = arena;
            using var __ = packed;
            for (var options = 0; options < 32; options++)
            {
                bool accumulate = (options & 1) != 0, biased = (options & 2) != 0, scaled = (options & 4) != 0, added = (options & 8) != 0, gates = (options & 16) != 0;
                var expected = (float[])fold.Clone();
                for (var i = 0; i < expected.Length; i++)
                {
                    if (accumulate)
                        expected[i] += start[i];
                    if (biased)
                        expected[i] += bias[i % columns];
                    if (scaled)
                        expected[i] *= scale[i / columns];
                    if (added)
                        expected[i] += residual[i];
                }

                var y = accumulate ? (float[])start.Clone() : Products.Filled(rows * columns);
                var gated = gates ? Products.Filled(rows * columns) : [];
                K.MatMul(x, packed.Panels(0), y, rows, inner, columns, accumulate, biased ? bias : [], scaled ? scale : [], added ? residual : [], gates ? gate : [], gated);
                Numbers.SameBits(expected, y);
                Numbers.SameBits([.. gated.Select((_, i) => silu[i] * expected[i])], gated);
            }
        }
    }

    [Fact]
    public void MatMul_ResidualAndGateInTheOutputsPlace_GiveTheSameBits()
    {
        const int Rows = 31, Inner = 20, Columns = 70;
        var x = Numbers.Random(Rows * Inner, 1);
        var residual = Numbers.Random(Rows * Columns, 2);
        var gate = Numbers.Random(Rows * Columns, 3);
        var (arena, packed) = Products.Packed(Numbers.Random(Inner * Columns, 4), 1, Inner, Columns);
        using var _ = arena;
        using var __ = packed;
        var y = new float[Rows * Columns];
        var gated = new float[Rows * Columns];
        K.MatMul(x, packed.Panels(0), y, Rows, Inner, Columns, residual: residual, gate: gate, gated: gated);
        K.MatMul(x, packed.Panels(0), residual, Rows, Inner, Columns, residual: residual, gate: gate, gated: gate);
        Numbers.SameBits(y, residual);
        Numbers.SameBits(gated, gate);
    }

    [Theory]
    [InlineData(20, 70)]
    [InlineData(64, 64)]
    [InlineData(30, 8)]
    public void GroupedMatMul_RaggedGroups_EqualsOneCallAGroup(int inner, int columns)
    {
        var random = new Random(1);
        for (var trial = 0; trial < 10; trial++)
        {
            var starts = Starts(random, random.Next(1, 9), 300);
            var groups = starts.Length - 1;
            var rows = starts[^1];
            var x = Numbers.Random(rows * inner, 1);
            var bias = Numbers.Random(groups * columns, 2);
            var scale = Numbers.Random(rows, 3);
            var gate = Numbers.Random(rows * columns, 4);
            var (arena, packed) = Products.Packed(Numbers.Random(groups * inner * columns, 5), groups, inner, columns);
            using var _ = arena;
            using var __ = packed;
            var expected = Products.Filled(rows * columns);
            var expectedGated = Products.Filled(rows * columns);
            for (var g = 0; g < groups; g++)
            {
                int first = starts[g], count = starts[g + 1] - first, at = first * columns, size = count * columns;
                K.MatMul(x.AsSpan(first * inner, count * inner), packed.Panels(g), expected.AsSpan(at, size), count, inner, columns, false,
                    bias.AsSpan(g * columns, columns), scale.AsSpan(first, count), default, gate.AsSpan(at, size), expectedGated.AsSpan(at, size));
            }

            var y = Products.Filled(rows * columns);
            var gated = Products.Filled(rows * columns);
            K.GroupedMatMul(x, packed.Panels(0, groups), y, new RowGroups(starts, default), inner, columns, false, bias, scale, default, gate, gated);
            Numbers.SameBits(expected, y);
            Numbers.SameBits(expectedGated, gated);
        }
    }

    [Fact]
    public void GroupedMatMulGradient_RaggedGroupsAndSequences_EqualsOneCallAGroup()
    {
        var random = new Random(2);
        for (var trial = 0; trial < 20; trial++)
        {
            int groups = random.Next(1, 7), sequences = random.Next(1, 10), inner = random.Next(1, 120), columns = random.Next(1, 90);
            var starts = new int[groups + 1];
            var boundaries = new int[groups * (sequences + 1)];
            for (var g = 0; g < groups; g++)
            {
                for (var s = 0; s < sequences; s++)
                    boundaries[(g * (sequences + 1)) + s + 1] = boundaries[(g * (sequences + 1)) + s] + (random.Next(3) == 0 ? 0 : random.Next(1, 50));
                starts[g + 1] = starts[g] + boundaries[(g * (sequences + 1)) + sequences];
            }

            var x = Numbers.Random(starts[^1] * inner, 1);
            var dy = Numbers.Random(starts[^1] * columns, 2);
            var rowGroups = new RowGroups(starts, boundaries);
            var expected = Products.Filled(groups * inner * columns);
            for (var g = 0; g < groups; g++)
            {
                int first = starts[g], count = starts[g + 1] - first, size = inner * columns;
                K.MatMulGradient(x.AsSpan(first * inner, count * inner), dy.AsSpan(first * columns, count * columns), expected.AsSpan(g * size, size), rowGroups.Sequences(g), inner, columns);
            }

            var dw = Products.Filled(groups * inner * columns);
            K.GroupedMatMulGradient(x, dy, dw, rowGroups, inner, columns);
            Numbers.SameBits(expected, dw);
        }
    }

    // Narrow dy is made transposed; more than 2,048 rows take several chunks; more than 64 columns several panels.
    [Theory]
    [InlineData(7, 5, 40)]
    [InlineData(130, 10, 40)]
    [InlineData(100, 150, 90)]
    [InlineData(64, 64, 3000)]
    [InlineData(130, 3, 2500)]
    [InlineData(1, 1, 3)]
    public void GroupedMatMulGradient_InTurns_HasTheBitsOfOneSumOverAllRows(int inner, int columns, int rows)
    {
        var random = new Random(inner);
        // Three instances of one matrix: no rows, some, the rest; a second matrix in one instance; a group that no turn has.
        int middle = random.Next(1, rows);
        int[] starts = [0, 0, middle, rows, 2 * rows, 2 * rows], boundaries = [0, 0, 0, middle, 0, rows - middle, 0, rows, 0, 0], turns = [0, 1, 2, 0, -1];
        var x = Numbers.Random(2 * rows * inner, 1);
        var dy = Numbers.Random(2 * rows * columns, 2);
        // Sums that underflow to −0 on the way.
        for (int i = 0; i < Math.Min(middle * columns, 20); i++)
            dy[i] = -float.Epsilon;
        int size = inner * columns;
        var expected = Products.Filled(2 * size);
        K.GroupedMatMulGradient(x, dy, expected, new RowGroups([0, rows, 2 * rows], [0, rows, 0, rows]), inner, columns);

        var dw = Products.Filled(5 * size);
        var groups = new RowGroups(starts, boundaries);
        for (int turn = 0; turn < 3; turn++)
        {
            K.GroupedMatMulGradient(x, dy, dw, new RowGroups(groups, turns, turn), inner, columns);
            if (turn < 2)
                dw.AsSpan(turn * size, size).CopyTo(dw.AsSpan((turn + 1) * size));
        }

        Numbers.SameBits(expected, dw[(2 * size)..(4 * size)]);
        Numbers.SameBits(Products.Filled(size), dw[(4 * size)..]);
    }

    [Theory]
    [InlineData(NumberFormat.BFloat16)]
    [InlineData(NumberFormat.Float8E4M3)]
    [InlineData(NumberFormat.Float8E4M3Fn)]
    [InlineData(NumberFormat.Float8E5M2)]
    public void Formats_OperandsAndStore_EqualRoundingApart(NumberFormat format)
    {
        const int Matrices = 2, Rows = 23, Inner = 40, Columns = 70;
        int[] starts = [0, 9, Rows];
        var x = Numbers.Random(Rows * Inner, 1, -30, 30);
        var w = Numbers.Random(Matrices * Inner * Columns, 2);
        var gate = Numbers.Random(Rows * Columns, 3);
        var roundedX = new float[x.Length];
        var roundedW = new float[w.Length];
        K.RoundRows(x, roundedX, Rows, Inner, format);
        K.RoundColumns(w, roundedW, Matrices, Inner, Columns, format);
        var arena = Products.Arena(w);
        using var _ = arena;
        using var packed = new PackedWeights(arena, 64, Matrices, Inner, Columns, format);
        foreach (var store in new[] { default, format, Rounding.Stochastic(format, 7, 5) })
        {
            var expected = new float[Rows * Columns];
            for (var g = 0; g < Matrices; g++)
            {
                int first = starts[g], count = starts[g + 1] - first;
                Products.Folded(roundedX.AsSpan(first * Inner), roundedW.AsSpan(g * Inner * Columns), count, Inner, Columns).CopyTo(expected, first * Columns);
            }

            K.Round(expected, store);
            var expectedGated = new float[expected.Length];
            K.SiluGate(gate, expected, expectedGated);
            K.Round(expectedGated, store.Skip(1L << 31));
            var y = Products.Filled(expected.Length);
            var gated = Products.Filled(expected.Length);
            K.GroupedMatMul(x, packed.Panels(0, Matrices), y, new RowGroups(starts, default), Inner, Columns, gate: gate, gated: gated, operand: format, store: store);
            Numbers.SameBits(expected, y);
            Numbers.SameBits(expectedGated, gated);
        }

        var dx = Products.Filled(Rows * Inner);
        var dy = Numbers.Random(Rows * Columns, 4);
        var flipped = Products.Transposed(w[..(Inner * Columns)], Inner, Columns);
        K.RoundColumns(flipped, flipped, 1, Columns, Inner, format);
        K.MatMul(dy, packed.Transposed(0), dx, Rows, Columns, Inner);
        Numbers.SameBits(Products.Folded(dy, flipped, Rows, Columns, Inner), dx);

        var roundedDy = new float[dy.Length];
        K.RoundRows(dy, roundedDy, Rows, Columns, format);
        var expectedDw = new float[Inner * Columns];
        var dw = new float[Inner * Columns];
        K.MatMulGradient(roundedX, roundedDy, expectedDw, Segments.Uniform(1, Rows), Inner, Columns);
        K.MatMulGradient(x, dy, dw, Segments.Uniform(1, Rows), Inner, Columns, format);
        Numbers.SameBits(expectedDw, dw);
        var dws = new float[Matrices * Inner * Columns];
        var expectedDws = new float[Matrices * Inner * Columns];
        K.GroupedMatMulGradient(roundedX, roundedDy, expectedDws, new RowGroups(starts, [0, 4, 9, 0, 3, 14]), Inner, Columns);
        K.GroupedMatMulGradient(x, dy, dws, new RowGroups(starts, [0, 4, 9, 0, 3, 14]), Inner, Columns, format);
        Numbers.SameBits(expectedDws, dws);
    }

    [Fact]
    public void PackedWeights_ChangedWeights_AreSeenAfterInvalidate()
    {
        var (arena, packed) = Products.Packed(Numbers.Random(3 * 5 * 7, 1), 3, 5, 7);
        using var _ = arena;
        using var __ = packed;
        Assert.Equal(0, packed.HostBytes);
        var x = Numbers.Random(4 * 5, 2);
        var before = new float[4 * 7];
        var after = new float[4 * 7];
        K.MatMul(x, packed.Panels(1), before, 4, 5, 7);
        arena.Floats(64, 3 * 5 * 7).Fill(2);
        K.MatMul(x, packed.Panels(1), after, 4, 5, 7);
        Numbers.SameBits(before, after);
        packed.Invalidate();
        K.GroupedMatMul(x, packed.Panels(0, 3), after, new RowGroups([0, 1, 1, 4], default), 5, 7);
        Assert.Equal(2 * x.AsSpan(0, 5).ToArray().Sum(), after[0], 1e-5);
        Assert.Equal(3 * 5 * 16 * sizeof(float), packed.HostBytes);
    }

    [Fact]
    public void PackedWeights_WrongMatricesOrDisposed_Throws()
    {
        var (arena, packed) = Products.Packed(new float[3 * 5 * 7], 3, 5, 7);
        using var _ = arena;
        Assert.Throws<ArgumentOutOfRangeException>(() => packed.Panels(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => packed.Transposed(1, 3));
        Assert.Throws<ArgumentException>(() => new PackedWeights(arena, 64, 0, 5, 7));
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => packed.Panels(0));
    }

    [Fact]
    public void Products_WrongOperands_NameArgumentGotAndNeed()
    {
        var (arena, packed) = Products.Packed(new float[2 * 3 * 4], 2, 3, 4);
        using var _ = arena;
        using var __ = packed;
        Assert.Contains("MatMul: w is [2, 3, 4]; need [1, 3, 4]", Error(() => K.MatMul(new float[6], packed.Panels(0, 2), new float[8], 2, 3, 4)));
        Assert.Contains("MatMul: x has 5 elements; need 6", Error(() => K.MatMul(new float[5], packed.Panels(0), new float[8], 2, 3, 4)));
        Assert.Contains("MatMul: bias has 3 elements; need 4", Error(() => K.MatMul(new float[6], packed.Panels(0), new float[8], 2, 3, 4, bias: new float[3])));
        Assert.Contains("MatMul: rowScale has 3 elements; need 2", Error(() => K.MatMul(new float[6], packed.Panels(0), new float[8], 2, 3, 4, rowScale: new float[3])));
        Assert.Contains("MatMul: residual has 3 elements; need 8", Error(() => K.MatMul(new float[6], packed.Panels(0), new float[8], 2, 3, 4, residual: new float[3])));
        Assert.Contains("MatMul: gated has 0 elements; need 8", Error(() => K.MatMul(new float[6], packed.Panels(0), new float[8], 2, 3, 4, gate: new float[8])));
        Assert.Contains("GroupedMatMul: y has 9 elements; need 8", Error(() => K.GroupedMatMul(new float[6], packed.Panels(0, 2), new float[9], new RowGroups([0, 1, 2], default), 3, 4)));
        Assert.Contains("GroupedMatMulGradient: groups is without boundaries", Error(() => K.GroupedMatMulGradient(new float[6], new float[8], new float[24], new RowGroups([0, 1, 2], default), 3, 4)));
        Assert.Contains("start 2 is 0 after 1", Error(() => new RowGroups([0, 1, 0], default)));
        Assert.Contains("the sequences of group 1 have 2 rows; need its 1", Error(() => new RowGroups([0, 1, 2], [0, 1, 0, 2])));
    }

    private static string Error(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    private static int[] Starts(Random random, int groups, int most)
    {
        var starts = new int[groups + 1];
        for (var g = 0; g < groups; g++)
            starts[g + 1] = starts[g] + (random.Next(4) == 0 ? 0 : random.Next(1, most));
        return starts;
    }
}
