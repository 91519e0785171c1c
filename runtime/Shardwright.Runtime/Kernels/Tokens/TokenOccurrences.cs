namespace Shardwright.Execution;

/// <summary>The rows at which each token occurs, by ascending token and then row: a counting sort into the caller's scratch.</summary>
internal readonly unsafe struct TokenOccurrences
{
    private readonly int* starts;
    private readonly int* rows;
    private readonly int* sequences;

    private TokenOccurrences(int* starts, int* rows, int* sequences)
    {
        this.starts = starts;
        this.rows = rows;
        this.sequences = sequences;
    }

    /// <summary>Valid until the calling thread's next kernel.</summary>
    public static TokenOccurrences Sort(ReadOnlySpan<int> tokens, Segments segments, int vocabulary)
    {
        var starts = (int*)Scratch.Shared((nint)vocabulary + 2 + (2 * (nint)tokens.Length));
        var rows = starts + vocabulary + 2;
        var sequences = rows + tokens.Length;

        // One entry further on than the counts, so that filling in moves every start to its place.
        new Span<int>(starts, vocabulary + 2).Clear();
        foreach (var token in tokens)
            starts[token + 2]++;
        for (var token = 2; token < vocabulary + 2; token++)
            starts[token] += starts[token - 1];
        for (var sequence = 0; sequence < segments.Count; sequence++)
        {
            for (var row = segments.Start(sequence); row < segments.End(sequence); row++)
            {
                var place = starts[tokens[row] + 1]++;
                rows[place] = row;
                sequences[place] = sequence;
            }
        }

        return new(starts, rows, sequences);
    }

    public int Start(nint token) => starts[token];

    public nint Row(int occurrence) => rows[occurrence];

    public int Sequence(int occurrence) => sequences[occurrence];
}
