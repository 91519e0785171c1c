namespace Shardwright.Execution;

/// <summary>
/// Rows that lie together by group, such as the tokens of each expert: group g owns the rows <c>[Start(g), End(g))</c>, and within it the rows of a
/// sequence lie together. Groups and sequences may be empty.
/// </summary>
public readonly ref struct RowGroups
{
    private readonly ReadOnlySpan<int> starts;
    private readonly ReadOnlySpan<int> boundaries;
    private readonly int stride;
    private readonly ReadOnlySpan<int> turns;
    private readonly int turn;

    /// <param name="starts">First row of each group, and the number of rows: groups + 1 entries from 0, never falling.</param>
    /// <param name="boundaries">
    /// [groups, sequences + 1]: first row of each sequence counted from its group's first row, and the group's number of rows. Empty where only
    /// whole groups matter.
    /// </param>
    /// <exception cref="ArgumentException">The entries are not as described.</exception>
    public RowGroups(ReadOnlySpan<int> starts, ReadOnlySpan<int> boundaries)
    {
        if (starts.IsEmpty || starts[0] != 0)
            throw new ArgumentException($"RowGroups: got {(starts.IsEmpty ? "no start" : $"a first start of {starts[0]}")}; need groups + 1 starts from 0.", nameof(starts));
        for (var group = 1; group < starts.Length; group++)
        {
            if (starts[group] < starts[group - 1])
                throw new ArgumentException($"RowGroups: start {group} is {starts[group]} after {starts[group - 1]}; need starts that never fall.", nameof(starts));
        }

        this.starts = starts;
        this.boundaries = boundaries;
        if (boundaries.IsEmpty)
            return;
        stride = Count == 0 ? 0 : boundaries.Length / Count;
        if (stride == 0 || stride * Count != boundaries.Length)
            throw new ArgumentException($"RowGroups: got {boundaries.Length} boundaries for {Count} groups; need (sequences + 1) for each.", nameof(boundaries));
        for (var group = 0; group < Count; group++)
        {
            var rows = Sequences(group).Rows;
            if (rows != End(group) - Start(group))
                throw new ArgumentException($"RowGroups: the sequences of group {group} have {rows} rows; need its {End(group) - Start(group)}.", nameof(boundaries));
        }
    }

    /// <summary>As <paramref name="groups"/>, of which a sum over rows concerns those whose turn it is: in turn 0 it begins, in a later one it goes on from what is there.</summary>
    internal RowGroups(RowGroups groups, ReadOnlySpan<int> turns, int turn)
    {
        this = groups;
        this.turns = turns;
        this.turn = turn;
    }

    /// <summary>Number of groups, empty ones included.</summary>
    public int Count => Math.Max(0, starts.Length - 1);

    /// <summary>Rows of all groups together.</summary>
    public int Rows => Count == 0 ? 0 : starts[Count];

    internal bool HasSequences => stride > 0;

    /// <summary>Boundaries of a group: sequences + 1.</summary>
    internal int Stride => stride;

    /// <summary>The turn of each group, or empty: all at once.</summary>
    internal ReadOnlySpan<int> Turns => turns;

    internal int Turn => turn;

    internal ReadOnlySpan<int> Starts => starts;

    internal ReadOnlySpan<int> Boundaries => boundaries;

    /// <summary>First row of a group.</summary>
    public int Start(int group) => starts[group];

    /// <summary>One past the last row of a group.</summary>
    public int End(int group) => starts[group + 1];

    /// <summary>The sequences of a group, whose rows count from the group's first.</summary>
    /// <exception cref="InvalidOperationException">The groups were made without boundaries.</exception>
    public Segments Sequences(int group)
        => HasSequences ? Segments.Ragged(boundaries.Slice(group * stride, stride)) : throw new InvalidOperationException("RowGroups.Sequences: got groups without boundaries; need (sequences + 1) boundaries a group.");
}
