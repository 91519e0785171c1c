namespace Shardwright;

/// <summary>How a group of experts is placed and fed. It changes where and how experts run, never their numbers.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExpertsAttribute : Attribute
{
    /// <summary>Which ranks hold an expert's weights while a micro-batch runs.</summary>
    public Placement Placement { get; set; } = Placement.Static;

    /// <summary>Replicas of other ranks' experts that a rank can hold, with <see cref="Placement.Adaptive"/> and <see cref="Placement.Auto"/>. Their weights and gradients take memory once for all layers.</summary>
    public int Slots { get; set; } = 2;

    /// <summary>Fewest token copies for which <see cref="Placement.Adaptive"/> replicates an expert; 0 for the break-even of the target: its peak FLOP/s ÷ link bytes/s, times half the bytes of a weight.</summary>
    public int LeastTokens { get; set; }

    /// <summary>In which order weight gradients are summed over an expert's rows: what agrees to the bit, placements or meshes.</summary>
    public SumOrder Order { get; set; } = SumOrder.Fast;

    /// <summary>
    /// Parts in which the rows of a rank's experts travel, each in an exchange of its own, so that the next part's rows travel while a part's are computed; at most the experts of a rank. 0 takes the number that is fastest on the target. Rows keep
    /// their bits. <see cref="Dispatch.Gathered"/> moves all rows at once, whatever this says, and so do experts that do not run as one group.
    /// </summary>
    public int Chunks { get; set; } = 1;

    /// <summary>How tokens reach the ranks of their experts.</summary>
    public Dispatch Dispatch { get; set; } = Dispatch.Variable;
}
