namespace Shardwright.Hardware;

/// <summary>Picoseconds over one link for each byte of the collective.</summary>
internal readonly record struct LinkLoad(double PicosecondsPerByte, EfficiencyCurve? Efficiency)
{
    private const double PicosecondsPerSecond = 1e12;

    public static LinkLoad Of(double share, double rate, Axis axis) => new(share / rate * PicosecondsPerSecond, axis.Efficiency);

    public double At(double bytes) => PicosecondsPerByte * (Efficiency is null ? bytes : Efficiency.AtFullSpeed(bytes));
}

/// <summary>An algorithm for one collective in one group, ready to be asked for its time at any number of bytes.</summary>
internal sealed class CollectiveAlgorithm(string name, long latency, CollectiveFlow[] flows, LinkLoad[] loads, bool together)
{
    /// <summary>The name in <see cref="CollectiveCost.Algorithm"/>.</summary>
    public string Name { get; } = name;

    /// <summary>Steps × latency of a step, picoseconds.</summary>
    public long Latency { get; } = latency;

    /// <summary>Bytes over links that one rank causes, for each byte of the collective.</summary>
    public double SentPerByte { get; } = flows.Sum(flow => flow.SentPerByte);

    /// <summary>Whom a rank sends them to.</summary>
    public IReadOnlyList<CollectiveFlow> Flows => flows;

    /// <summary>Time on the links without latency: the slowest where all links work at once, the sum where they take turns.</summary>
    public double Transfer(long bytes)
    {
        double sum = 0, most = 0;
        foreach (LinkLoad load in loads)
        {
            double time = load.At(bytes);
            sum += time;
            most = Math.Max(most, time);
        }
        return together ? most : sum;
    }

    /// <summary>The same algorithm run twice in a row: reduce-scatter, then all-gather.</summary>
    public CollectiveAlgorithm Twice() => new(Name, 2 * Latency, [.. flows.Select(flow => flow with { SentPerByte = 2 * flow.SentPerByte })], [.. loads.Select(load => load with { PicosecondsPerByte = 2 * load.PicosecondsPerByte })], together);
}
