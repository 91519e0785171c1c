namespace Shardwright.Hardware;

/// <summary>Whether parameters, gradients and optimizer state are split over the ranks that would otherwise each hold a copy.</summary>
public enum ScaleSharding
{
    /// <summary>Never: as the program was compiled.</summary>
    None,

    /// <summary>Only where a rank's memory would not hold the copies.</summary>
    Auto,

    /// <summary>Always: see <see cref="ShardedProgram"/>.</summary>
    Zero3,
}

/// <summary>What a study assumes beside machine and mesh.</summary>
public sealed record ScaleOptions
{
    /// <summary>Sharding over data ranks.</summary>
    public ScaleSharding Sharding { get; init; } = ScaleSharding.Auto;

    /// <summary>Recorded counts of tokens by layer and expert; null for even load.</summary>
    public RecordedLoad? Trace { get; init; }

    /// <summary>Load of the busiest rank of every expert group ÷ mean, in every layer, where no trace is given; 1 is even.</summary>
    public double LoadFactor { get; init; } = 1;
}

/// <summary>A study that cannot be made as asked: what was found and what is needed, with the setting in question.</summary>
/// <param name="setting">The property that holds the value: <c>ShardwrightScaleChips</c>.</param>
/// <param name="problem">What was found and what is needed.</param>
public sealed class ScaleException(string setting, string problem) : Exception(problem)
{
    /// <summary>The property that holds the value.</summary>
    public string Setting { get; } = setting;
}
