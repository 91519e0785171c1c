namespace Shardwright.Hardware;

/// <summary>Numbers the links that a group uses and names those on the way between two of its ranks. A switch has a link from and one to each of its ports, a torus one to each neighbour.</summary>
internal sealed class LinkWays
{
    private readonly IReadOnlyList<Axis> axes;
    private readonly bool outerFirst;

    // Axes that lie inside the owner of an axis' links, which all of the owner's ranks share.
    private readonly bool[][] isInside;
    private readonly int[] place, size;
    private readonly int ranks;

    public LinkWays(Machine machine, GroupShape group, IReadOnlyList<Axis> axes, bool outerFirst)
    {
        (this.axes, this.outerFirst, ranks) = (axes, outerFirst, group.Size);
        (place, size) = (new int[axes.Count], new int[axes.Count]);
        int before = 1;
        for (int axis = 0; axis < axes.Count; axis++)
        {
            (place[axis], size[axis]) = (before, axes[axis].Count);
            before *= axes[axis].Count;
        }
        // Ranks of the machine up to and with each level; an irregular group has one axis and shares nothing.
        var upTo = new List<long>();
        foreach (var level in machine.Levels)
            upTo.Add((upTo.Count == 0 ? 1 : upTo[upTo.Count - 1]) * Math.Max(level.Units, 1));
        isInside = [.. axes.Select(axis => axes.Select(other => group.IsRegular && other.Level < axis.Level && upTo[other.Level] * machine.Levels[axis.Level].LinksPerUnit <= upTo[axis.Level - 1]).ToArray())];
    }

    /// <summary>Ranks of the group that share each link of an axis.</summary>
    public int Sharing(int axis) => Enumerable.Range(0, axes.Count).Where(other => isInside[axis][other]).Aggregate(1, (product, other) => product * size[other]);

    /// <summary>Appends the links from a rank to another, one that carries whole bytes twice.</summary>
    /// <returns>Steps on the way; through a switch is one.</returns>
    public int Add(int source, int target, List<int> links)
    {
        int at = source, steps = 0;
        for (int i = 0; i < axes.Count; i++)
        {
            int axis = outerFirst ? axes.Count - 1 - i : i, from = Digit(at, axis), to = Digit(target, axis), next = at + (to - from) * place[axis];
            if (from == to)
                continue;
            steps += axes[axis].IsSwitch ? Cross(links, Link(at, axis, 0), Link(next, axis, 1)) : Walk(links, at, axis, from, to);
            at = next;
        }
        return steps;
    }

    /// <summary>The axis of each link.</summary>
    public int[] AxisOfLinks() => [.. Enumerable.Range(0, axes.Count).SelectMany(axis => Enumerable.Repeat(axis, 2 * ranks))];

    private static int Cross(List<int> links, int into, int outOf)
    {
        links.Add(into);
        links.Add(into);
        links.Add(outOf);
        links.Add(outOf);
        return 1;
    }

    private int Walk(List<int> links, int at, int axis, int from, int to)
    {
        int count = size[axis], up = (to - from + count) % count;
        if (!axes[axis].Wraps)
            return Walk(links, at, axis, to > from ? 1 : -1, Math.Abs(to - from), times: 2);
        if (2 * up != count)
            return Walk(links, at, axis, 2 * up < count ? 1 : -1, Math.Min(up, count - up), times: 2);
        Walk(links, at, axis, 1, up, times: 1);
        return Walk(links, at, axis, -1, up, times: 1);
    }

    private int Walk(List<int> links, int at, int axis, int direction, int steps, int times)
    {
        int first = Digit(at, axis), count = size[axis], digit = first;
        for (int step = 0; step < steps; step++, digit = (digit + direction + count) % count)
            for (int time = 0; time < times; time++)
                links.Add(Link(at + (digit - first) * place[axis], axis, direction > 0 ? 0 : 1));
        return steps;
    }

    private int Digit(int rank, int axis) => rank / place[axis] % size[axis];

    /// <summary>A link's number; the owner's is that of its first rank.</summary>
    private int Link(int rank, int axis, int direction)
    {
        for (int other = 0; other < axes.Count; other++)
            if (isInside[axis][other])
                rank -= Digit(rank, other) * place[other];
        return (axis * ranks + rank) * 2 + direction;
    }
}
