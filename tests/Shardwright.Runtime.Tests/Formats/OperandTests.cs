using Shardwright.Runtime.Tests;
using Shardwright.Tests.Kernels;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Formats;

[Collection(nameof(Allocations))]
public sealed class OperandTests
{
    public static TheoryData<NumberFormat> SmallFormats => [NumberFormat.Float8E4M3, NumberFormat.Float8E4M3Fn, NumberFormat.Float8E5M2];

    [Theory]
    [MemberData(nameof(SmallFormats))]
    public void RoundRows_RandomRows_EqualTheTableAtThePowerOfTwoThatFits(NumberFormat format)
    {
        const int rows = 60, columns = 37;
        var x = Numbers.Random(rows * columns, 8);
        for (var i = 0; i < x.Length; i++)
            x[i] *= (float)Math.ScaleB(1, i / columns * 3 - 90);
        var y = new float[x.Length];
        K.RoundRows(x, y, rows, columns, format);
        for (var row = 0; row < rows; row++)
            Numbers.SameBits(Reference(x[(row * columns)..((row + 1) * columns)], format), y.AsSpan(row * columns, columns));
    }

    [Theory]
    [MemberData(nameof(SmallFormats))]
    public void RoundRows_LargestMagnitudes_NeverOverflow(NumberFormat format)
    {
        // Just at, below and above a power of two times the largest finite value, where the scale changes.
        var top = NumberFormats.LargestFinite(format);
        foreach (var x in new[] { top, MathF.BitIncrement(top), MathF.BitDecrement(top), 1f, 1e30f, 3e38f, 1e-30f, 1.99f, -448.1f })
        {
            var y = new[] { x, x / 3 };
            K.RoundRows(y, y, 1, 2, format);
            Assert.True(float.IsFinite(y[0]));
            Assert.True(Math.Abs(y[0] - x) <= Math.Abs(x) / (format == NumberFormat.Float8E5M2 ? 8 : 16), $"{x:R} became {y[0]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(SmallFormats))]
    public void RoundRows_ZeroInfinityAndNaN_StayAndLeaveTheRestAlone(NumberFormat format)
    {
        float[] plain = [0.3f, -0f, 0f, 1.1f, 0.7f];
        float[] bad = [0.3f, -0f, 0f, 1.1f, 0.7f, float.NaN, float.NegativeInfinity];
        float[] x = [.. bad, .. new float[7], .. plain, 0f, 0f];
        var y = new float[x.Length];
        K.RoundRows(x, y, 3, 7, format);
        Numbers.SameBits(y.AsSpan(14, 5), y.AsSpan(0, 5));
        Assert.True(float.IsNaN(y[5]));
        Assert.Equal(format == NumberFormat.Float8E4M3Fn ? -448 / 256f : float.NegativeInfinity, y[6]); // the row's largest magnitude 1.1 fits at 2^8
        Assert.True(float.IsNegative(y[1]) && y[1] == 0);
        Assert.All(y[7..14], v => Assert.Equal(0, BitConverter.SingleToInt32Bits(v)));
    }

    [Theory]
    [MemberData(nameof(SmallFormats))]
    public void RoundRows_OneOfManyRows_HasTheBitsItHasAlone(NumberFormat format)
    {
        const int rows = 300, columns = 129;
        var x = Numbers.Random(rows * columns, 9, -4, 4);
        var y = x.ToArray();
        using var pool = new Execution.WorkPool(3);
        Execution.WorkPool.Current = pool;
        K.RoundRows(y, y, rows, columns, format);
        Execution.WorkPool.Current = null;
        for (var row = 0; row < rows; row++)
        {
            var alone = x[(row * columns)..((row + 1) * columns)];
            K.RoundRows(alone, alone, 1, columns, format);
            Numbers.SameBits(alone, y.AsSpan(row * columns, columns));
        }
    }

    [Theory]
    [MemberData(nameof(SmallFormats))]
    public void RoundColumns_OfMatrices_IsRoundRowsOfTheirTransposes(NumberFormat format)
    {
        const int matrices = 3, rows = 21, columns = 35;
        var x = Numbers.Random(matrices * rows * columns, 10, -4, 4);
        var y = new float[x.Length];
        K.RoundColumns(x, y, matrices, rows, columns, format);
        for (var matrix = 0; matrix < matrices; matrix++)
        {
            for (var column = 0; column < columns; column++)
            {
                var line = Enumerable.Range(0, rows).Select(r => x[(matrix * rows + r) * columns + column]).ToArray();
                K.RoundRows(line, line, 1, rows, format);
                for (var row = 0; row < rows; row++)
                    Assert.Equal(line[row], y[(matrix * rows + row) * columns + column]);
            }
        }
    }

    [Theory]
    [InlineData(NumberFormat.Float32)]
    [InlineData(NumberFormat.BFloat16)]
    public void RoundRows_FormatWithFloat32sRange_IsRound(NumberFormat format)
    {
        var x = Numbers.Random(100, 11);
        var expected = x.ToArray();
        K.Round(expected, format);
        float[] rows = new float[100], columns = new float[100];
        K.RoundRows(x, rows, 4, 25, format);
        K.RoundColumns(x, columns, 1, 4, 25, format);
        Numbers.SameBits(expected, rows);
        Numbers.SameBits(expected, columns);
    }

    [Fact]
    public void RoundRows_WrongLength_SaysSo()
        => Assert.Contains("need 12", Assert.Throws<ArgumentException>(() => K.RoundRows(new float[12], new float[11], 3, 4, NumberFormat.Float8E5M2)).Message);

    [Fact]
    public void Rounding_AllKernels_AllocateNothing()
    {
        var x = Numbers.Random(70_000, 12);
        using var pool = new Execution.WorkPool(2);
        Execution.WorkPool.Current = pool;
        var bytes = Allocations.Of(() =>
        {
            K.Round(x, NumberFormat.BFloat16);
            K.Round(x, Execution.Rounding.Stochastic(NumberFormat.Float8E4M3, 1));
            K.RoundRows(x, x, 100, 700, NumberFormat.Float8E4M3Fn);
            K.RoundColumns(x, x, 1, 100, 700, NumberFormat.Float8E5M2);
        });
        Execution.WorkPool.Current = null;
        Assert.Equal(0, bytes);
    }

    private static float[] Reference(float[] row, NumberFormat format)
    {
        var table = FormatTable.Of(format);
        var largest = row.Max(Math.Abs);
        var exponent = 126;
        while (Math.ScaleB(largest, exponent) > table.LargestFinite)
            exponent--;
        return [.. row.Select(v => (float)Math.ScaleB(table.Nearest((float)Math.ScaleB(v, exponent)), -exponent))];
    }
}
