using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>What rules ask about the links that a group of ranks uses.</summary>
internal static class Links
{
    /// <summary>Index of the outermost level on which a group has more than one unit; −1 for a group of one rank.</summary>
    public static int Outermost(GroupShape group)
    {
        for (int level = group.Counts.Count - 1; level >= 0; level--)
            if (group.Counts[level].Any(count => count > 1))
                return level;
        return -1;
    }

    /// <summary>A rank's share of what a unit sends over its links of a level, all of them and one direction, B/s: a torus has two neighbours a dimension, one where two units make it.</summary>
    public static double BytesPerSecond(Machine machine, int level)
    {
        double ranksBelow = machine.Levels.Take(level).Aggregate(1.0, (product, l) => product * l.Units), sum = 0;
        var links = machine.Levels[level];
        for (int i = 0; i < links.Dimensions.Count; i++)
            sum += links.BytesPerSecond[i] * links.LinksPerUnit * (links.Shape == LinkShape.Torus ? Math.Min(2, links.Dimensions[i] - 1) : 1);
        return sum / ranksBelow;
    }

    /// <summary>The longest line or ring of torus links that a group lies on: level, dimension and units; no units where it uses no torus.</summary>
    public static (int Level, int Dimension, int Units) LongestRing(Machine machine, GroupShape group)
    {
        var longest = (Level: -1, Dimension: -1, Units: 0);
        for (int level = 0; level < group.Counts.Count; level++)
            for (int i = 0; i < group.Counts[level].Count; i++)
                if (machine.Levels[level].Shape == LinkShape.Torus && group.Counts[level][i] > Math.Max(1, longest.Units))
                    longest = (level, i, group.Counts[level][i]);
        return longest;
    }

    /// <summary>How a level's units are called: <c>instances</c>.</summary>
    public static string Units(Machine machine, int level) => machine.Levels[level].Name switch
    {
        "chip" => "ranks of a chip",
        "instance" => "chips",
        _ => machine.Levels[level - 1].Name + "s",
    };
}
