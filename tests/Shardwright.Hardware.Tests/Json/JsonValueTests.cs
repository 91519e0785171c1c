using Shardwright.Hardware.Json;

namespace Shardwright.Hardware.Tests;

public class JsonValueTests
{
    [Fact]
    public void Parse_Document_GivesValuesAndPlaces()
    {
        var json = JsonValue.Parse("{\n  \"a\": [1, -2.5e3, true, null],\r\n  \"b\": { \"c\": \"x\" }\r}", "m.json");
        Assert.Equal(JsonKind.Object, json.Kind);
        Assert.Equal(["a", "b"], json.Members.Select(m => m.Name));
        Assert.Equal((2, 3), (json.Members[0].Line, json.Members[0].Column));
        var items = json["a"]!.Items;
        Assert.Equal([1, -2500, 0, 0], items.Select(i => i.Number));
        Assert.Equal([JsonKind.Number, JsonKind.Number, JsonKind.Boolean, JsonKind.Null], items.Select(i => i.Kind));
        Assert.Equal((2, 12), (items[1].Line, items[1].Column));
        Assert.True(items[2].Boolean);
        Assert.Equal("x", json["b"]!["c"]!.Text);
        Assert.Equal((3, 15), (json["b"]!["c"]!.Line, json["b"]!["c"]!.Column));
        Assert.Equal("m.json", json["b"]!.Path);
        Assert.Null(json["absent"]);
    }

    [Theory]
    [InlineData("""  "\"\\\/\b\f\n\r\t"  """, "\"\\/\b\f\n\r\t")]
    [InlineData("""  "\u00e9\u20AC"  """, "é€")]
    [InlineData("""  "\ud83d\ude00"  """, "😀")]
    [InlineData("\"😀 plain\"", "😀 plain")]
    [InlineData("\"\u007f\u2028\"", "\u007f\u2028")]
    public void Parse_String_Unescapes(string text, string expected) => Assert.Equal(expected, JsonValue.Parse(text).Text);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", -0.0)]
    [InlineData("1E+2", 100)]
    [InlineData("123.456e-2", 1.23456)]
    [InlineData("5e-324", 5e-324)]
    [InlineData("1e-400", 0)]
    [InlineData("1.7976931348623157e308", double.MaxValue)]
    public void Parse_Number_IsTheNearestDouble(string text, double expected) =>
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(JsonValue.Parse(text).Number));

    [Fact]
    public void Parse_ByteOrderMark_IsSkipped() => Assert.Equal((1, 1), (JsonValue.Parse("\uFEFF[]").Line, JsonValue.Parse("\uFEFF[]").Column));

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("  ", 1, 3)]
    [InlineData("[1,\n2,]", 2, 3)]
    [InlineData("[1 2]", 1, 4)]
    [InlineData("{\"a\":1,}", 1, 8)]
    [InlineData("{a:1}", 1, 2)]
    [InlineData("{'a':1}", 1, 2)]
    [InlineData("{\"a\" 1}", 1, 6)]
    [InlineData("{\"a\":1,\n \"a\":2}", 2, 2)]
    [InlineData("01", 1, 2)]
    [InlineData("+1", 1, 1)]
    [InlineData(".5", 1, 1)]
    [InlineData("1.", 1, 3)]
    [InlineData("1e", 1, 3)]
    [InlineData("-", 1, 2)]
    [InlineData("1e400", 1, 1)]
    [InlineData("[-1e999]", 1, 2)]
    [InlineData("NaN", 1, 1)]
    [InlineData("Infinity", 1, 1)]
    [InlineData("nul", 1, 4)]
    [InlineData("True", 1, 1)]
    [InlineData("[] []", 1, 4)]
    [InlineData("[]\0", 1, 3)]
    [InlineData("// comment\n1", 1, 1)]
    [InlineData("\u00a01", 1, 1)]
    [InlineData("\"a", 1, 3)]
    [InlineData("\"a\nb\"", 1, 3)]
    [InlineData("\"\t\"", 1, 2)]
    [InlineData("\"\\x\"", 1, 3)]
    [InlineData("\"\\u12G4\"", 1, 6)]
    [InlineData("\"\\u12\uFF11\uFF11\"", 1, 6)]
    [InlineData("\"\\ud83d\"", 1, 8)]
    [InlineData("\"\\ude00\"", 1, 8)]
    [InlineData("\"\\ud83d\\u0041\"", 1, 14)]
    public void Parse_NotJson_SaysWhere(string text, int line, int column)
    {
        var e = Assert.Throws<JsonException>(() => JsonValue.Parse(text, "m.json"));
        Assert.Equal((line, column), (e.Line, e.Column));
        Assert.StartsWith($"m.json({line},{column}): ", e.Message);
    }

    [Fact]
    public void Parse_LoneSurrogate_IsRefused()
    {
        Assert.Throws<JsonException>(() => JsonValue.Parse("\"" + '\ud83d' + "\""));
        Assert.Throws<JsonException>(() => JsonValue.Parse("\"" + '\ude00' + "\""));
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [InlineData(1_000_000, false)]
    public void Parse_Nesting_HasALimit(int depth, bool isAccepted)
    {
        string text = string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth));
        if (isAccepted)
            Assert.Equal(JsonKind.Array, JsonValue.Parse(text).Kind);
        else
            Assert.Equal(101, Assert.Throws<JsonException>(() => JsonValue.Parse(text)).Column);
    }

    [Fact]
    public void Parse_EveryTruncationOfAMachineFile_IsAnError()
    {
        string text = BuiltInText("trn2u.48xlarge").TrimEnd();
        for (int length = 0; length < text.Length; length++)
            Assert.Throws<JsonException>(() => JsonValue.Parse(text.Substring(0, length)));
    }

    [Fact]
    public void Parse_RandomMutations_ThrowNothingElse()
    {
        string text = BuiltInText("chips/Trainium2");
        var random = new Random(1);
        string alphabet = "{}[]\",:\\u0123456789eE+-.tfn \n\r\t\0\ud83d\ude00é";
        for (int round = 0; round < 4_000; round++)
        {
            char[] mutated = text.Substring(random.Next(text.Length / 2), random.Next(1, text.Length / 2)).ToCharArray();
            if (round % 2 == 0)
                mutated = text.ToCharArray();
            for (int i = random.Next(1, 4); i > 0; i--)
                mutated[random.Next(mutated.Length)] = alphabet[random.Next(alphabet.Length)];
            try
            {
                JsonValue.Parse(new string(mutated));
            }
            catch (JsonException e)
            {
                Assert.True(e.Line >= 1 && e.Column >= 1);
            }
        }
    }

    internal static string BuiltInText(string name)
    {
        using var stream = typeof(Machine).Assembly.GetManifestResourceStream($"machines/{name}.json")!;
        return new StreamReader(stream).ReadToEnd();
    }
}
