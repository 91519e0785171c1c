using System.Numerics;

namespace Shardwright.Execution;

/// <summary>The rows at which each token occurs, by ascending token and then row: a counting sort into the caller's scratch.</summary>
internal readonly unsafe struct TokenOccurrences
{
    private readonly int* starts;
    private readonly int* rows;
    private readonly int* sequences;

    private TokenOccurrences(int* starts, int* rows, int* sequences, int most)
    {
        Most = most;
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

        return new(starts, rows, sequences, tokens.Length);
    }

    public int Start(nint token) => starts[token];

    /// <summary>Occurrences of all tokens together.</summary>
    public int Most { get; }

    public int* Rows(int occurrence) => rows + occurrence;

    /// <summary>
    /// The sum over the occurrences [first, last) as instructions. joins[i] is the number of sums that row first + i is added to: the running one, then
    /// those put aside, latest first; 0 puts the running sum aside and begins another. Rows are folded in their sequence, sequences in their
    /// block of an odd number of them, and blocks by the halving tree, in which a half without the token is skipped.
    /// </summary>
    public void Joins(int first, int last, int count, int* joins)
    {
        var block = count >> BitOperations.TrailingZeroCount(count);
        var aside = stackalloc int[34];
        var depth = 0;
        var before = int.MaxValue;
        for (var i = first; i < last; i++)
        {
            // The level at which what was summed up to here meets the next row. What was to meet this row at a level not above it is complete.
            var after = i + 1 < last ? Level(sequences[i], sequences[i + 1], block) : int.MaxValue - 1;
            var joined = 0;
            if (before > after)
            {
                aside[depth++] = before;
            }
            else
            {
                for (joined = 1; depth > 0 && aside[depth - 1] <= after; depth--)
                    joined++;
            }

            joins[i - first] = joined;
            before = after;
        }
    }

    // 0 inside a sequence, 1 inside a block, then the levels of the tree.
    private static int Level(int a, int b, int block)
        => a == b ? 0 : 1 + BitOperations.Log2(2 * (uint)((a / block) ^ (b / block)) | 1);
}
