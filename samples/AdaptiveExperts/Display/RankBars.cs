namespace AdaptiveExperts.Display;

/// <summary>Rows per rank as bars: the mean rank has a bar of a third of the width, three times the mean or more a full one.</summary>
public static class RankBars
{
    private const string Blocks = "▁▂▃▄▅▆▇█", Digits = "12345678";

    /// <summary>One character a rank.</summary>
    public static string Short(ReadOnlySpan<long> rows, bool unicode)
    {
        var heights = unicode ? Blocks : Digits;
        var bars = new char[rows.Length];
        for (var rank = 0; rank < rows.Length; rank++)
            bars[rank] = heights[(int)Math.Clamp(Math.Round(Share(rows, rank) * heights.Length) - 1, 0, heights.Length - 1)];
        return new string(bars);
    }

    /// <summary>One rank's bar of at most <paramref name="width"/> characters.</summary>
    public static string Long(ReadOnlySpan<long> rows, int rank, int width, bool unicode) => new(unicode ? '█' : '#', (int)Math.Clamp(Math.Round(Share(rows, rank) * width), 0, width));

    private static double Share(ReadOnlySpan<long> rows, int rank)
    {
        var sum = 0L;
        foreach (var count in rows)
            sum += count;
        return sum == 0 ? 0 : (double)rows[rank] * rows.Length / sum / 3;
    }
}
