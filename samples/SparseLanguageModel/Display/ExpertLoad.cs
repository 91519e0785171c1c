using Shardwright;

namespace SparseLanguage.Display;

/// <summary>How evenly a step's tokens went to the experts, over all layers.</summary>
public static class ExpertLoad
{
    private const string Blocks = "▁▂▃▄▅▆▇█", Digits = "12345678";

    /// <summary>Adds up the tokens of every layer's experts into <paramref name="tokens"/>, one entry an expert.</summary>
    public static void Count(StepReport report, int layers, Span<long> tokens)
    {
        tokens.Clear();
        for (var layer = 0; layer < layers; layer++)
        {
            var counts = report.TokensPerExpert(group: 0, layer);
            for (var expert = 0; expert < tokens.Length; expert++)
                tokens[expert] += counts[expert];
        }
    }

    /// <summary>One character an expert; the fair share is half a block high, twice the fair share or more is a full one.</summary>
    public static string Bar(ReadOnlySpan<long> tokens, bool unicode)
    {
        var heights = unicode ? Blocks : Digits;
        var fair = Fair(tokens);
        var bar = new char[tokens.Length];
        for (var expert = 0; expert < tokens.Length; expert++)
            bar[expert] = heights[fair == 0 ? 0 : (int)Math.Clamp(Math.Round(tokens[expert] / fair * 4) - 1, 0, 7)];
        return new string(bar);
    }

    /// <summary>The busiest expert's tokens over the fair share: 1 is perfect balance.</summary>
    public static double Busiest(ReadOnlySpan<long> tokens)
    {
        var fair = Fair(tokens);
        var most = 0L;
        foreach (var count in tokens)
            most = Math.Max(most, count);
        return fair == 0 ? 0 : most / fair;
    }

    private static double Fair(ReadOnlySpan<long> tokens)
    {
        var sum = 0L;
        foreach (var count in tokens)
            sum += count;
        return tokens.IsEmpty ? 0 : (double)sum / tokens.Length;
    }
}
