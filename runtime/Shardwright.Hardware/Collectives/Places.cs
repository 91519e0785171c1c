namespace Shardwright.Hardware;

/// <summary>Questions about where a group's ranks lie.</summary>
internal static class Places
{
    /// <summary>How many different places on a chip the group uses.</summary>
    public static int InsideChips(Machine machine, GroupShape group) => Inside(machine, group, machine.RanksPerChip);

    /// <summary>How many different places on an instance the group uses.</summary>
    public static int InsideInstances(Machine machine, GroupShape group) => Inside(machine, group, machine.RanksPerInstance);

    /// <summary>Whether the group has all ranks of every chip that it touches; never where a chip is one rank.</summary>
    public static bool AreWholeChips(Machine machine, GroupShape group) => machine.RanksPerChip > 1 && group.IsRegular && InsideChips(machine, group) == machine.RanksPerChip;

    /// <summary>Whether the group is a run of consecutive ranks: up to some dimension it uses all units, in that one adjacent units, beyond it one.</summary>
    public static bool AreConsecutive(Machine machine, GroupShape group)
    {
        bool partial = false;
        for (int level = 0; level < machine.Levels.Count; level++)
        {
            for (int i = 0; i < machine.Levels[level].Dimensions.Count; i++)
            {
                int count = group.Counts[level][i];
                if (count > 1 && (partial || (group.Spacing.Count > 0 && group.Spacing[level][i] != 1)))
                    return false;
                partial |= count != machine.Levels[level].Dimensions[i];
            }
        }
        return group.IsRegular;
    }

    private static int Inside(Machine machine, GroupShape group, int ranks)
    {
        int places = 1;
        long below = 1;
        for (int level = 0; level < machine.Levels.Count && below < ranks; level++)
        {
            places = group.Counts[level].Aggregate(places, (product, count) => product * count);
            below *= Math.Max(machine.Levels[level].Units, 1);
        }
        return places;
    }
}
