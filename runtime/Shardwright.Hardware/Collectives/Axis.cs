namespace Shardwright.Hardware;

/// <summary>
/// One dimension of a machine's links, as one group uses it. A program runs the same collective in all its groups at once, so the ranks below a unit share its links evenly: <see cref="Rate"/> is one rank's share.
/// </summary>
internal sealed record Axis
{
    /// <summary>Index of the level.</summary>
    public required int Level { get; init; }

    /// <summary>Units of the group along the dimension, at least 2.</summary>
    public required int Count { get; init; }

    /// <summary>A switch joins them; otherwise links between neighbours.</summary>
    public required bool IsSwitch { get; init; }

    /// <summary>The group closes around a torus: both directions lead to every member.</summary>
    public bool Wraps { get; init; }

    /// <summary>B/s of one rank in one direction of one link.</summary>
    public required double Rate { get; init; }

    /// <summary>Latency of one step to a neighbour, picoseconds.</summary>
    public required long Hop { get; init; }

    /// <summary>Fixed time of a collective that uses the level, picoseconds.</summary>
    public long Base { get; init; }

    /// <summary>The level has no limit: it lies outside of what scales up.</summary>
    public bool IsOuter { get; init; }

    /// <summary>Achieved share of the rate; null for full speed.</summary>
    public EfficiencyCurve? Efficiency { get; init; }

    /// <summary>B/s of one rank in all directions that a ring algorithm can use.</summary>
    public double RingRate => Wraps ? 2 * Rate : Rate;

    /// <summary>Steps until every member has been reached: 1 on a switch, half a ring, a whole line.</summary>
    public int Reach => IsSwitch ? 1 : Wraps ? Count / 2 : Count - 1;

    /// <summary>Bytes over the busiest link, for each byte of a rank's send buffer, when every member sends another part to each (<see cref="DirectAllToAll"/>).</summary>
    public double PairLoad => IsSwitch ? (Count - 1.0) / Count : Count * Count / 4 / (double)Count / (Wraps ? 2 : 1);

    /// <summary>Mean number of links between a member and all members, itself included; on a switch, the share of members that are others.</summary>
    public double MeanHops => IsSwitch ? (Count - 1.0) / Count : Wraps ? Count * Count / 4 / (double)Count : (Count * (double)Count - 1) / (3.0 * Count);

    /// <summary>The axes along which the group has more than one unit, innermost first.</summary>
    /// <exception cref="ArgumentException">The group was made for a machine with other levels.</exception>
    public static Axis[] Of(Machine machine, GroupShape group)
    {
        if (group.Counts.Count != machine.Levels.Count)
            throw new ArgumentException($"The group has {group.Counts.Count} levels, {machine.Name} has {machine.Levels.Count}. Make it with GroupShape.Of for this machine.", nameof(group));
        var axes = new List<Axis>();
        double below = 1;
        for (int index = 0; index < machine.Levels.Count; index++)
        {
            LinkLevel level = machine.Levels[index];
            if (group.Counts[index].Count != level.Dimensions.Count)
                throw new ArgumentException($"Level '{level.Name}' of {machine.Name} has {level.Dimensions.Count} dimensions, the group has {group.Counts[index].Count}. Make it with GroupShape.Of for this machine.", nameof(group));
            int units = group.Counts[index].Aggregate(1, (product, count) => product * count);
            EfficiencyCurve? efficiency = level.Efficiency is { } table && units > 1 ? new EfficiencyCurve(table, units) : null;
            for (int i = 0; i < level.Dimensions.Count; i++)
            {
                if (group.Counts[index][i] > 1)
                    axes.Add(Along(level, index, i, group, below) with { Efficiency = efficiency });
            }
            below *= Math.Max(level.Units, 1);
        }
        return group.IsRegular ? [.. axes] : [Flat(axes, group.Size)];
    }

    private static Axis Along(LinkLevel level, int index, int dimension, GroupShape group, double ranksBelow)
    {
        int count = group.Counts[index][dimension];
        int apart = group.Spacing.Count == 0 ? 1 : group.Spacing[index][dimension];
        int size = level.Dimensions[dimension];
        bool isSwitch = level.Shape == LinkShape.Switch;
        double rate = level.BytesPerSecond[dimension] * level.LinksPerUnit / ranksBelow;
        return new Axis
        {
            Level = index,
            Count = count,
            IsSwitch = isSwitch,
            Wraps = !isSwitch && size > 2 && count * apart == size,
            Rate = isSwitch ? rate : rate / apart,
            Hop = isSwitch ? level.HopPicoseconds : level.HopPicoseconds * apart,
            Base = level.BasePicoseconds,
            IsOuter = level.Units == 0,
        };
    }

    /// <summary>An irregular group has no structure to use: all its ranks meet on a switch as slow as the slowest links between them.</summary>
    private static Axis Flat(List<Axis> axes, int size)
    {
        Axis outermost = axes[axes.Count - 1];
        return outermost with
        {
            Count = size,
            IsSwitch = true,
            Wraps = false,
            Rate = axes.Min(axis => axis.Rate),
            Hop = axes.Max(axis => axis.Hop),
            Base = axes.Max(axis => axis.Base),
        };
    }
}
