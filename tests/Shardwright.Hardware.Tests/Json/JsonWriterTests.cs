using System.Globalization;
using Shardwright.Hardware.Json;

namespace Shardwright.Hardware.Tests;

public class JsonWriterTests
{
    [Fact]
    public void ToString_OneLine_HasNoSpace() =>
        Assert.Equal("""{"a":[1,2.5,"x",null,true],"b":{},"c":[],"d":-3}""", Sample(0));

    [Fact]
    public void ToString_Indented_IsReadable() => Assert.Equal(
        "{\n  \"a\": [\n    1,\n    2.5,\n    \"x\",\n    null,\n    true\n  ],\n  \"b\": {},\n  \"c\": [],\n  \"d\": -3\n}", Sample(2));

    [Fact]
    public void Value_String_CanStandInsideHtml()
    {
        string text = "</script><!-- & \u2028\u2029 \"\\ \n\t\u0001\u007f\uFEFF é😀";
        string written = new JsonWriter().Value(text).ToString();
        Assert.DoesNotContain(written, c => c is '<' or '>' or '&' or '\u2028' or '\u2029' || c < ' ');
        Assert.Equal(text, JsonValue.Parse(written).Text);
    }

    [Fact]
    public void Value_LoneSurrogate_IsEscaped() => Assert.Equal("\"a\\ud83d\"", new JsonWriter().Value("a" + '\ud83d').ToString());

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(100, "100")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1e16, "1e16")]
    [InlineData(-2.9e12, "-2900000000000")]
    [InlineData(0.00001, "0.00001")]
    [InlineData(0.000001, "1e-6")]
    [InlineData(1.5e-9, "1.5e-9")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(1234567.125, "1234567.125")]
    [InlineData(-0.0, "-0")]
    public void Value_Number_IsShort(double value, string expected) => Assert.Equal(expected, new JsonWriter().Value(value).ToString());

    [Fact]
    public void Value_AnyNumber_ReadsBackToTheSameBits()
    {
        var random = new Random(2);
        foreach (double edge in new[] { double.MaxValue, double.MinValue, double.Epsilon, 9007199254740993d, 1 / 3d, Math.PI * 1e200 })
            Check(edge);
        for (int i = 0; i < 20_000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (double.IsFinite(value))
                Check(value);
        }

        static void Check(double value) => Assert.Equal(value, JsonValue.Parse(new JsonWriter().Value(value).ToString()).Number);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Value_NotFinite_IsRefused(double value) => Assert.Throws<ArgumentOutOfRangeException>(() => new JsonWriter().Value(value));

    [Fact]
    public void Value_OtherCulture_ChangesNothing()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal("[2.5,-1234567]", new JsonWriter().BeginArray().Value(2.5).Value(-1234567L).EndArray().ToString());
            Assert.Equal(2.5, JsonValue.Parse("2.5").Number);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Misuse_IsRefused()
    {
        Assert.Throws<InvalidOperationException>(() => new JsonWriter().Name("a"));
        Assert.Throws<InvalidOperationException>(() => new JsonWriter().BeginObject().Value(1L));
        Assert.Throws<InvalidOperationException>(() => new JsonWriter().BeginObject().EndArray());
        Assert.Throws<InvalidOperationException>(() => new JsonWriter().BeginObject().Name("a").EndObject());
        Assert.Throws<InvalidOperationException>(() => new JsonWriter().BeginObject().Name("a").Name("b"));
        Assert.Throws<InvalidOperationException>(() => new JsonWriter().BeginArray().ToString());
        Assert.Throws<InvalidOperationException>(() => new JsonWriter().Value(1L).Value(2L));
    }

    private static string Sample(int indent) => new JsonWriter(indent).BeginObject()
        .Name("a").BeginArray().Value(1L).Value(2.5).Value("x").Value((string?)null).Value(true).EndArray()
        .Name("b").BeginObject().EndObject()
        .Name("c").BeginArray().EndArray()
        .Member("d", -3)
        .EndObject().ToString();
}
