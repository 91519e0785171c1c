using System.Text;
using SparseLanguage.Trigram;

namespace Shardwright.Sample.Tests;

/// <summary>
/// Worked by hand for the text "abab": n(a) = n(b) = 2, n(ab) = 2, n(ba) = 1, n(aba) = n(bab) = 1.
/// Unigram: (2 + 2/256) / (4 + 2) for a and b. Bigram: one kind follows a (n(a·) = 2), one follows b (n(b·) = 1). Trigram: one kind each after ab and ba (n = 1).
/// </summary>
public sealed class TrigramModelTests
{
    private const double Unigram = (2 + 2.0 / 256) / 6;
    private static readonly TrigramModel Model = new("abab"u8);

    [Fact]
    public void Probability_OfHandComputedCase_IsWittenBell()
    {
        const double bAfterA = (2 + Unigram) / 3, aAfterB = (1 + Unigram) / 2;

        Assert.Equal(bAfterA, Model.Probability((byte)'a', (byte)'b'), 12);
        Assert.Equal(aAfterB, Model.Probability((byte)'b', (byte)'a'), 12);
        Assert.Equal((1 + aAfterB) / 2, Model.Probability((byte)'a', (byte)'b', (byte)'a'), 12);
        Assert.Equal((1 + bAfterA) / 2, Model.Probability((byte)'b', (byte)'a', (byte)'b'), 12);
    }

    [Fact]
    public void Probability_UnseenHistory_FallsBackToTheShorterOne()
    {
        Assert.Equal(Unigram, Model.Probability((byte)'z', (byte)'a'), 12);
        Assert.Equal(Model.Probability((byte)'a', (byte)'b'), Model.Probability((byte)'z', (byte)'a', (byte)'b'), 12);
    }

    [Theory]
    [InlineData('a', 'b')]
    [InlineData('b', 'a')]
    [InlineData('a', 'a')]
    [InlineData('x', 'y')]
    public void Probability_OverAllBytes_SumsToOne(char first, char second)
        => Assert.Equal(1, Enumerable.Range(0, 256).Sum(next => Model.Probability((byte)first, (byte)second, (byte)next)), 12);

    [Fact]
    public void Loss_OfWindows_SeesOneByteAtEachWindowsStart()
    {
        int[] tokens = ['a', 'b', 'b', 'a'], targets = ['b', 'a', 'a', 'b'];       // two windows of two

        var expected = -(Math.Log(Model.Probability((byte)'a', (byte)'b')) + Math.Log(Model.Probability((byte)'a', (byte)'b', (byte)'a'))
            + Math.Log(Model.Probability((byte)'b', (byte)'a')) + Math.Log(Model.Probability((byte)'b', (byte)'a', (byte)'b'))) / 4;

        Assert.Equal(expected, Model.Loss(tokens, targets, window: 2), 12);
    }

    [Fact]
    public void Loss_OfEmptyTraining_IsUniform()
        => Assert.Equal(Math.Log(256), new TrigramModel([]).Loss([1, 2, 3], [2, 3, 4], window: 3), 12);

    [Fact]
    public void Loss_OfItsOwnText_IsBelowTheBigrams()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the cat sat on the mat and the rat ran. ", 20)));
        int[] tokens = [.. text[..^1].Select(value => (int)value)], targets = [.. text[1..].Select(value => (int)value)];
        var model = new TrigramModel(text);

        Assert.True(model.Loss(tokens, targets, tokens.Length) < model.Loss(tokens, targets, window: 1));
    }
}
