namespace Shardwright.Hardware;

/// <summary>Kinds of routing that a placement must stand: the workload set that Megatron-LM's issue 7488 proposes, and traffic like that of a real router.</summary>
public enum RoutingWorkload
{
    /// <summary>Every expert is as likely as any other.</summary>
    Balanced,

    /// <summary>One expert gets a fifth of all tokens.</summary>
    HotExpert,

    /// <summary>The experts of one rank get a third of all tokens.</summary>
    HotRank,

    /// <summary>One expert in eight is four times as likely as the others.</summary>
    SpreadHot,

    /// <summary>Balanced experts, but ranks that send between no token and twice the mean.</summary>
    RaggedSources,

    /// <summary>One expert in four gets no token, and one rank's experts get none.</summary>
    ZeroExperts,

    /// <summary>As <see cref="HotExpert"/>, another expert every step.</summary>
    RotatingHotspot,

    /// <summary>Balanced, but every fourth step as <see cref="HotRank"/>.</summary>
    Burst,

    /// <summary>
    /// Log-normal with clusters: weight = exp(g + x) with g ~ N(0, 0.45²) of a group of experts and x ~ N(0, 0.60²) of the expert, which drifts as AR(1) with ρ = 0.63 a step. The static part is fitted to DeepSeek-R1's expert counts (mean busiest rank of 64:
    /// 2.87 means, real 3.14); independent experts would understate how hot experts cluster on a rank.
    /// </summary>
    Clustered,
}
