namespace Shardwright.Hardware;

/// <summary>The name that somebody probably meant.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the fewest edits, where those are at most a third of its length (and one for short names); null otherwise.</summary>
    public static string? Of(string written, IEnumerable<string> candidates)
    {
        string? nearest = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            // Lengths bound the distance from below, so a very long name costs nothing.
            int most = Math.Max(1, candidate.Length / 3);
            if (Math.Abs(candidate.Length - written.Length) > most)
                continue;
            int edits = Edits(written.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (edits > most || edits >= fewest)
                continue;
            fewest = edits;
            nearest = candidate;
        }

        return nearest;
    }

    /// <summary>The suggestion as the end of a sentence; a full stop without one.</summary>
    public static string Hint(string written, IEnumerable<string> candidates) => Of(written, candidates) is { } name ? $"; did you mean '{name}'?" : ".";

    // Levenshtein's distance, one row of the table at a time.
    private static int Edits(string a, string b)
    {
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
