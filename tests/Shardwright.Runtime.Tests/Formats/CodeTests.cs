namespace Shardwright.Tests.Formats;

public sealed class CodeTests
{
    public static TheoryData<NumberFormat> LowFormats => [.. FormatTable.All.Select(t => t.Format)];

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Decode_EveryFiniteCode_IsTheDefinition(NumberFormat format)
    {
        var table = FormatTable.Of(format);
        var signBit = 1 << (NumberFormats.Bits(format) - 1);
        for (var code = 0; code < table.FiniteCodes; code++)
        {
            Assert.Equal(table.Magnitudes[code], NumberFormats.Decode((ushort)code, format));
            var negative = NumberFormats.Decode((ushort)(code | signBit), format);
            Assert.Equal(-table.Magnitudes[code], negative);
            Assert.True(float.IsNegative(negative));
        }
    }

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Encode_OfDecode_KeepsEveryCode(NumberFormat format)
    {
        for (var code = 0; code < 1 << NumberFormats.Bits(format); code++)
        {
            var value = NumberFormats.Decode((ushort)code, format);
            if (!float.IsNaN(value))
                Assert.Equal(code, NumberFormats.Encode(value, format));
            else
                Assert.True(float.IsNaN(NumberFormats.Decode(NumberFormats.Encode(value, format), format)));
        }
    }

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Encode_CodesTiesAndTheirNeighbours_EqualTheTable(NumberFormat format)
    {
        var table = FormatTable.Of(format);
        foreach (var x in table.Edges())
        {
            var y = NumberFormats.Decode(NumberFormats.Encode(x, format), format);
            if (float.IsNaN(x))
                Assert.True(float.IsNaN(y) && float.IsNegative(x) == float.IsNegative(y));
            else
                Assert.Equal(BitConverter.SingleToInt32Bits(table.Nearest(x)), BitConverter.SingleToInt32Bits(y));
        }
    }

    [Theory]
    [InlineData(NumberFormat.Float8E4M3, 0x77, 240)]
    [InlineData(NumberFormat.Float8E4M3, 0x78, float.PositiveInfinity)]
    [InlineData(NumberFormat.Float8E4M3, 0x79, float.NaN)]
    [InlineData(NumberFormat.Float8E4M3, 0x01, 0.001953125f)]
    [InlineData(NumberFormat.Float8E4M3Fn, 0x7E, 448)]
    [InlineData(NumberFormat.Float8E4M3Fn, 0x7F, float.NaN)]
    [InlineData(NumberFormat.Float8E4M3Fn, 0x78, 256)]
    [InlineData(NumberFormat.Float8E5M2, 0x7B, 57344)]
    [InlineData(NumberFormat.Float8E5M2, 0x7C, float.PositiveInfinity)]
    [InlineData(NumberFormat.Float8E5M2, 0x7D, float.NaN)]
    [InlineData(NumberFormat.Float8E5M2, 0x01, 1.52587890625e-5f)]
    [InlineData(NumberFormat.BFloat16, 0x7F7F, 3.3895313892515355e38f)]
    [InlineData(NumberFormat.BFloat16, 0x0001, 9.183549615799121e-41f)]
    public void Decode_PublishedExtremes_AreThose(NumberFormat format, int code, float value)
        => Assert.Equal(value, NumberFormats.Decode((ushort)code, format));

    [Theory]
    [InlineData(NumberFormat.Float8E4M3, 247.9f, 240)]
    [InlineData(NumberFormat.Float8E4M3, 248, float.PositiveInfinity)]
    [InlineData(NumberFormat.Float8E4M3Fn, 1e9f, 448)]
    [InlineData(NumberFormat.Float8E4M3Fn, float.NegativeInfinity, -448)]
    [InlineData(NumberFormat.Float8E5M2, 61439, 57344)]
    [InlineData(NumberFormat.Float8E5M2, 61440, float.PositiveInfinity)]
    public void Encode_BeyondTheLargestFinite_OverflowsAsDocumented(NumberFormat format, float x, float expected)
        => Assert.Equal(expected, NumberFormats.Decode(NumberFormats.Encode(x, format), format));

    [Fact]
    public void Encode_ToFloat32_IsRefused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => NumberFormats.Encode(1, NumberFormat.Float32));
}
