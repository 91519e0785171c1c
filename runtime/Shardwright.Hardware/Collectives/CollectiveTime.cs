using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Shardwright.Hardware;

/// <summary>
/// The time of a collective by kind, group and bytes, with the algorithm that the machine's own rules choose. As long as the algorithm stays the same, the time never falls when bytes, ranks, or latency grow (ranks: with the same
/// topology and without an efficiency table, which is measured). Where a published rule switches to another algorithm, it may.
/// </summary>
public static class CollectiveTime
{
    private static readonly ConditionalWeakTable<Machine, ConcurrentDictionary<(CollectiveKind, GroupShape), CollectiveTimer>> Prepared = new();
    private static readonly ConditionalWeakTable<Machine, ConcurrentDictionary<(CollectiveKind, GroupShape), CollectiveTimer>>.CreateValueCallback Create = _ => new();

    /// <summary>Time, bytes on links and algorithm. Prepared once for each machine, kind and group; from then on it allocates nothing.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="kind">The collective; see <see cref="CollectiveKind"/> for what <paramref name="bytes"/> counts.</param>
    /// <param name="group">Where its ranks lie.</param>
    /// <param name="bytes">Bytes, as the kind counts them; of the busiest rank where ranks differ.</param>
    /// <exception cref="ArgumentException">The group belongs to another machine, or the machine names unknown rules.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    public static CollectiveCost Of(Machine machine, CollectiveKind kind, GroupShape group, long bytes) => Timer(machine, kind, group).At(bytes);

    /// <summary>The prepared times of a collective, for callers that ask often.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="kind">The collective.</param>
    /// <param name="group">Where its ranks lie.</param>
    public static CollectiveTimer Timer(Machine machine, CollectiveKind kind, GroupShape group)
    {
        var timers = Prepared.GetValue(machine, Create);
        if (!timers.TryGetValue((kind, group), out CollectiveTimer? timer))
            timer = timers.GetOrAdd((kind, group), new CollectiveTimer(machine, kind, group));
        return timer;
    }
}
