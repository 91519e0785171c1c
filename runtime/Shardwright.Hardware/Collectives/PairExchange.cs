namespace Shardwright.Hardware;

/// <summary>
/// The time of an all-to-all-v in which every pair of ranks moves bytes of its own: each message is put on the links of its way, and the busiest link decides. With the same bytes for every pair it is the time of
/// <see cref="CollectiveTimer"/>, to the picosecond: a link is charged as in an even exchange in which it carries as many bytes. A workspace that is filled again and again without allocating.
/// </summary>
/// <remarks>
/// Ways are the shortest along each dimension, one dimension after the other, half of the bytes each way round a ring where both are equally long. A chip's ranks share its links; where several groups lie on the same chips, each has its part of
/// them. The way back takes the same links in the other direction, in the reverse order of dimensions, so that it costs the same.
/// </remarks>
public sealed class PairExchange
{
    private readonly CollectiveTimer timer;
    private readonly IReadOnlyList<Axis> axes;
    private readonly LinkLoad[] loads;

    // Send buffer of a rank in an even exchange, for each half byte on the busiest link of an axis.
    private readonly double[] evenBytes;

    // The links of a pair's way: [routes[pair] .. routes[pair + 1]), a link twice where it carries whole bytes and once where it carries half of them.
    private readonly int[] routes, links;
    private readonly int[] axisOf, hops;
    private readonly long[] halfBytes, most;
    private long moved;

    /// <summary>Prepares the ways between all pairs of a group.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="group">Where its ranks lie.</param>
    /// <param name="outerFirst">Whether a message takes the outermost links first. Then one that many send to is reached from everywhere by its instance's inner links, as in the hierarchical all-to-all; the other order suits a rank that sends to many.</param>
    public PairExchange(Machine machine, GroupShape group, bool outerFirst)
    {
        timer = CollectiveTime.Timer(machine, CollectiveKind.AllToAll, group);
        axes = timer.Axes;
        Ranks = group.Size;
        loads = [.. axes.Select(DirectAllToAll.Load)];
        (evenBytes, most) = (new double[axes.Count], new long[axes.Count]);
        var ways = new LinkWays(machine, group, axes, outerFirst);
        for (int axis = 0; axis < axes.Count; axis++)
            evenBytes[axis] = 0.5 / (axes[axis].PairLoad * ways.Sharing(axis));
        (routes, hops) = (new int[Ranks * Ranks + 1], new int[Ranks * Ranks]);
        var all = new List<int>();
        for (int pair = 0; pair < Ranks * Ranks; pair++)
        {
            hops[pair] = ways.Add(pair / Ranks, pair % Ranks, all);
            routes[pair + 1] = all.Count;
        }
        links = [.. all];
        axisOf = ways.AxisOfLinks();
        halfBytes = new long[axisOf.Length];
    }

    /// <summary>Ranks of the group.</summary>
    public int Ranks { get; }

    /// <summary>Takes all bytes away.</summary>
    public void Clear()
    {
        Array.Clear(halfBytes, 0, halfBytes.Length);
        moved = 0;
    }

    /// <summary>Adds bytes from a rank to another; to itself costs nothing.</summary>
    /// <param name="source">The sender's number in the group.</param>
    /// <param name="target">The receiver's.</param>
    /// <param name="bytes">Bytes.</param>
    public void Add(int source, int target, long bytes)
    {
        int pair = source * Ranks + target;
        for (int i = routes[pair]; i < routes[pair + 1]; i++)
            halfBytes[links[i]] += bytes;
        moved += bytes * hops[pair];
    }

    /// <summary>The time for all that was added; <see cref="CollectiveCost.LinkBytes"/> of the mean rank.</summary>
    public CollectiveCost Cost()
    {
        if (axes.Count == 0)
            return timer.At(0);
        Array.Clear(most, 0, most.Length);
        for (int link = 0; link < halfBytes.Length; link++)
            most[axisOf[link]] = Math.Max(most[axisOf[link]], halfBytes[link]);
        double inside = 0, between = 0;
        for (int axis = 0; axis < axes.Count; axis++)
        {
            double time = loads[axis].At(most[axis] * evenBytes[axis]);
            if (axes[axis].IsOuter)
                between = Math.Max(between, time);
            else
                inside = Math.Max(inside, time);
        }
        var fixedPart = timer.At(0);
        double transfer = timer.IsHierarchical ? Hierarchical.Pipelined(inside, between) : Math.Max(inside, between);
        return new(checked(fixedPart.Latency + (long)Math.Round(transfer)), moved / Ranks, fixedPart.Algorithm, fixedPart.Latency);
    }
}
