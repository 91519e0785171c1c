namespace SparseLanguage.Trigram;

/// <summary>
/// What counting alone can do: P(c | a b) of bytes, interpolated with bigram, unigram and uniform by Witten–Bell smoothing, P(c | h) = (n(hc) + T(h) · P(c | h′)) / (n(h) + T(h)),
/// where T(h) is the number of distinct bytes seen after h and h′ is h without its first byte. Source: Witten and Bell, "The zero-frequency problem", IEEE Trans. Inf. Theory 37(4), 1991.
/// </summary>
public sealed class TrigramModel
{
    private const int Bytes = 256;

    private readonly int[] _trigrams = new int[Bytes * Bytes * Bytes], _bigrams = new int[Bytes * Bytes], _unigrams = new int[Bytes];
    private readonly int[] _pairTotals = new int[Bytes * Bytes], _pairKinds = new int[Bytes * Bytes], _byteTotals = new int[Bytes], _byteKinds = new int[Bytes];
    private readonly int _total, _kinds;

    /// <summary>Counts every run of one, two and three bytes of <paramref name="text"/>.</summary>
    public TrigramModel(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            Count(_unigrams, text[i], ref _total, ref _kinds);
            if (i >= 1)
                Count(_bigrams, text[i - 1] * Bytes + text[i], ref _byteTotals[text[i - 1]], ref _byteKinds[text[i - 1]]);
            if (i >= 2)
            {
                var pair = text[i - 2] * Bytes + text[i - 1];
                Count(_trigrams, pair * Bytes + text[i], ref _pairTotals[pair], ref _pairKinds[pair]);
            }
        }

        static void Count(int[] counts, int index, ref int total, ref int kinds)
        {
            total++;
            if (counts[index]++ == 0)
                kinds++;
        }
    }

    /// <summary>P(next | previous byte).</summary>
    public double Probability(byte previous, byte next)
    {
        var unigram = Mix(_unigrams[next], _total, _kinds, 1.0 / Bytes);
        return Mix(_bigrams[previous * Bytes + next], _byteTotals[previous], _byteKinds[previous], unigram);
    }

    /// <summary>P(next | the two bytes before it).</summary>
    public double Probability(byte first, byte second, byte next)
    {
        var pair = first * Bytes + second;
        return Mix(_trigrams[pair * Bytes + next], _pairTotals[pair], _pairKinds[pair], Probability(second, next));
    }

    /// <summary>
    /// Mean nats per byte of <paramref name="targets"/>, the bytes that follow <paramref name="tokens"/>, windows of <paramref name="window"/> bytes one after the other.
    /// As for the network, a window's first prediction knows one byte only.
    /// </summary>
    public double Loss(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int window)
    {
        var sum = 0.0;
        for (var i = 0; i < tokens.Length; i++)
        {
            var next = (byte)targets[i];
            sum -= Math.Log(i % window == 0 ? Probability((byte)tokens[i], next) : Probability((byte)tokens[i - 1], (byte)tokens[i], next));
        }
        return sum / tokens.Length;
    }

    private static double Mix(int count, int total, int kinds, double lower) => total == 0 ? lower : (count + kinds * lower) / (total + kinds);
}
