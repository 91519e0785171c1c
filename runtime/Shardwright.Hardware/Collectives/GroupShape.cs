namespace Shardwright.Hardware;

/// <summary>How the ranks of a group lie on a machine: how many of its members differ in each dimension of each level. Ranks are numbered innermost level first.</summary>
/// <param name="Size">Ranks of the group.</param>
/// <param name="Counts">For every level of the machine and every dimension of it, how many different units the group uses: [level][dimension].</param>
public sealed record GroupShape(int Size, IReadOnlyList<IReadOnlyList<int>> Counts)
{
    /// <summary>
    /// Distance between neighbouring units of the group in each dimension of each level: [level][dimension]; 1 where they are adjacent, and where a dimension is not used. A group that takes every second unit of
    /// a ring leaves the others to a second group, which uses the same links at the same time. Empty: all are adjacent.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Spacing { get; init; } = [];

    /// <summary>Whether the group is a full box: every combination of the coordinates in <see cref="Counts"/> is a member. A group of 6 consecutive ranks on chips of 4 is not.</summary>
    public bool IsRegular => Counts.SelectMany(c => c).Aggregate(1L, (product, count) => product * count) == Size;

    /// <summary>
    /// The group of ranks 0, stride, 2 · stride, … A rank's number is a mixed-radix number: its first digit is the place in the first dimension of the innermost level, and so on outwards; on chips of 4 ranks in a
    /// 4 × 4 torus, rank 27 is rank 3 of the chip at (2, 1).
    /// </summary>
    /// <param name="machine">The machine; a level without limit takes all higher digits.</param>
    /// <param name="size">Ranks of the group, at least 1.</param>
    /// <param name="stride">Distance of the members' numbers, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or stride below 1, or a last member beyond the machine's ranks.</exception>
    public static GroupShape Of(Machine machine, int size, int stride)
    {
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), size, "A group has at least one rank.");
        if (stride < 1)
            throw new ArgumentOutOfRangeException(nameof(stride), stride, "The ranks of a group are at least 1 apart.");
        CheckFits(machine, size, stride);
        var counts = new List<IReadOnlyList<int>>();
        var spacing = new List<IReadOnlyList<int>>();
        long below = 1;
        foreach (LinkLevel level in machine.Levels)
        {
            int[] used = new int[level.Dimensions.Count];
            int[] apart = new int[level.Dimensions.Count];
            for (int i = 0; i < used.Length; i++)
            {
                (used[i], apart[i]) = Digits(size, stride, below, level.Dimensions[i]);
                below *= Math.Max(level.Dimensions[i], 1);
            }
            counts.Add(used);
            spacing.Add(apart);
        }
        return new GroupShape(size, counts) { Spacing = spacing };
    }

    /// <summary>Whether size, counts and spacing are the same.</summary>
    public bool Equals(GroupShape? other) => other is not null && Size == other.Size && Same(Counts, other.Counts) && Same(Spacing, other.Spacing);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        int hash = Size;
        for (int level = 0; level < Counts.Count; level++)
        {
            for (int i = 0; i < Counts[level].Count; i++)
                hash = unchecked(hash * 31 + Counts[level][i]);
        }
        return hash;
    }

    /// <summary>How many values the digit with this place and radix takes among the members, and the smallest distance between two of them. A radix of 0 stands for no limit.</summary>
    private static (int Count, int Apart) Digits(int size, int stride, long place, int radix)
    {
        var values = new SortedSet<long>();
        for (long member = 0; member < size; member++)
        {
            long digit = member * stride / place;
            values.Add(radix == 0 ? digit : digit % radix);
            if (values.Count == radix)
                break;
        }
        long apart = values.Zip(values.Skip(1), (a, b) => b - a).DefaultIfEmpty(1).Min();
        return (values.Count, (int)apart);
    }

    private static void CheckFits(Machine machine, int size, int stride)
    {
        if (machine.Levels.Any(level => level.Units == 0))
            return;
        long ranks = machine.Levels.Aggregate(1L, (product, level) => product * level.Units);
        long last = (size - 1L) * stride;
        if (last >= ranks)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"A group of {size} ranks, {stride} apart, reaches rank {last}; {machine.Name} has ranks 0 to {ranks - 1}. Use fewer ranks or a machine with more.");
    }

    private static bool Same(IReadOnlyList<IReadOnlyList<int>> a, IReadOnlyList<IReadOnlyList<int>> b)
    {
        if (a.Count != b.Count)
            return false;
        for (int level = 0; level < a.Count; level++)
        {
            if (a[level].Count != b[level].Count)
                return false;
            for (int i = 0; i < a[level].Count; i++)
            {
                if (a[level][i] != b[level][i])
                    return false;
            }
        }
        return true;
    }
}
