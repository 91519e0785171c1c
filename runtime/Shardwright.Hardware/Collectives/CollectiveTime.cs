namespace Shardwright.Hardware;

/// <summary>The time of a collective by kind, group and bytes, with the algorithm that the machine's own rules choose.</summary>
public static class CollectiveTime
{
    /// <summary>Time, bytes on links and algorithm.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="kind">The collective; see <see cref="CollectiveKind"/> for what <paramref name="bytes"/> counts.</param>
    /// <param name="group">Where its ranks lie.</param>
    /// <param name="bytes">Bytes, as the kind counts them; of the busiest rank where ranks differ.</param>
    public static CollectiveCost Of(Machine machine, CollectiveKind kind, GroupShape group, long bytes) => throw new NotImplementedException();
}
