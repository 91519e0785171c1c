using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Formats;

public sealed class NearestTests
{
    public static TheoryData<NumberFormat> LowFormats => [.. FormatTable.All.Select(t => t.Format)];

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Round_CodesTiesAndTheirNeighbours_EqualTheTable(NumberFormat format)
    {
        var table = FormatTable.Of(format);
        AssertRounds(table, table.Edges());
    }

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Round_TenMillionRandomFloats_EqualTheTable(NumberFormat format)
    {
        var table = FormatTable.Of(format);
        var random = new Random(20261);
        var x = new float[1_000_000];
        for (var part = 0; part < 10; part++)
        {
            // Half of them any bit pattern at all, half within the format's own range.
            for (var i = 0; i < x.Length; i++)
                x[i] = i % 2 == 0 ? BitConverter.Int32BitsToSingle((int)random.NextInt64(1L << 32)) : (float)(Math.ScaleB(random.NextDouble() * 2 - 1, random.Next(-20, 20)));
            AssertRounds(table, x);
        }
    }

    [Fact]
    public void Round_EveryBFloat16Pattern_KeepsItsBits()
    {
        var patterns = new float[65536];
        for (var code = 0; code < patterns.Length; code++)
            patterns[code] = BitConverter.UInt32BitsToSingle((uint)code << 16);
        var y = patterns.ToArray();
        K.Round(y, NumberFormat.BFloat16);
        for (var code = 0; code < patterns.Length; code++)
        {
            var quiet = float.IsNaN(patterns[code]) ? (uint)code << 16 | 0x400000 : (uint)code << 16;
            Assert.Equal(quiet, BitConverter.SingleToUInt32Bits(y[code]));
        }
    }

    [Fact]
    public void Round_ToFloat32_ChangesNothing()
    {
        var x = FormatTable.Of(NumberFormat.BFloat16).Edges();
        var y = x.ToArray();
        K.Round(y, NumberFormat.Float32);
        Assert.Equal(x.Select(BitConverter.SingleToInt32Bits), y.Select(BitConverter.SingleToInt32Bits));
    }

    private static void AssertRounds(FormatTable table, float[] x)
    {
        var y = x.ToArray();
        K.Round(y, table.Format);
        for (var i = 0; i < x.Length; i++)
        {
            if (!Same(table.Nearest(x[i]), x[i], y[i]))
                Assert.Fail($"{table.Format}: {x[i]:R} (0x{BitConverter.SingleToInt32Bits(x[i]):X8}) became {y[i]:R}; need {table.Nearest(x[i]):R}.");
        }
    }

    private static bool Same(float expected, float x, float y)
    {
        var bits = BitConverter.SingleToUInt32Bits(y);
        if (!float.IsNaN(x))
            return BitConverter.SingleToUInt32Bits(expected) == bits;
        return float.IsNaN(y) && (bits & 0x400000) != 0 && float.IsNegative(x) == float.IsNegative(y);
    }
}
