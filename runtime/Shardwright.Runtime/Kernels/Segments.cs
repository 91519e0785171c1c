namespace Shardwright.Execution;

/// <summary>
/// Token rows grouped by sequence: sequence <c>i</c> owns the rows <c>[Start(i), End(i))</c>. Every sum over tokens folds the rows of one sequence
/// from left to right and then adds the sequences by the halving tree (see <see cref="SequenceTree"/>), so an empty sequence changes no bit.
/// </summary>
public readonly ref struct Segments
{
    private readonly ReadOnlySpan<int> boundaries;
    private readonly int rowsEach;

    private Segments(ReadOnlySpan<int> boundaries, int count, int rowsEach)
    {
        this.boundaries = boundaries;
        this.rowsEach = rowsEach;
        Count = count;
    }

    /// <summary>Number of sequences, empty ones included.</summary>
    public int Count { get; }

    /// <summary>Rows of all sequences together.</summary>
    public int Rows => Count == 0 ? 0 : End(Count - 1);

    /// <summary><paramref name="sequences"/> sequences of <paramref name="rowsEach"/> rows.</summary>
    /// <exception cref="ArgumentException">A size is negative.</exception>
    public static Segments Uniform(int sequences, int rowsEach)
    {
        if (sequences < 0 || rowsEach < 0)
            throw new ArgumentException($"Segments.Uniform: got {sequences} sequences of {rowsEach} rows; need sizes of at least 0.");
        return new(default, sequences, rowsEach);
    }

    /// <summary>Sequence <c>i</c> owns the rows <c>[boundaries[i], boundaries[i + 1])</c>.</summary>
    /// <param name="boundaries">One more entry than there are sequences, starting at 0, never falling.</param>
    /// <exception cref="ArgumentException">The boundaries do not start at 0 or fall.</exception>
    public static Segments Ragged(ReadOnlySpan<int> boundaries)
    {
        if (boundaries.IsEmpty || boundaries[0] != 0)
            throw new ArgumentException($"Segments.Ragged: got {(boundaries.IsEmpty ? "no boundary" : $"a first boundary of {boundaries[0]}")}; need sequences + 1 boundaries starting at 0.");
        for (var i = 1; i < boundaries.Length; i++)
        {
            if (boundaries[i] < boundaries[i - 1])
                throw new ArgumentException($"Segments.Ragged: boundary {i} is {boundaries[i]} after {boundaries[i - 1]}; need boundaries that never fall.");
        }

        return new(boundaries, boundaries.Length - 1, 0);
    }

    /// <summary>First row of a sequence.</summary>
    public int Start(int sequence) => boundaries.IsEmpty ? sequence * rowsEach : boundaries[sequence];

    /// <summary>One past the last row of a sequence.</summary>
    public int End(int sequence) => boundaries.IsEmpty ? (sequence + 1) * rowsEach : boundaries[sequence + 1];

    /// <summary>The same grouping for work items, which cannot hold a span.</summary>
    internal unsafe SegmentTable Table(int* pinned) => new(boundaries.IsEmpty ? null : pinned, Count, rowsEach);

    /// <summary>Lets <c>fixed</c> pin the boundaries.</summary>
    internal ref readonly int GetPinnableReference() => ref boundaries.GetPinnableReference();
}
