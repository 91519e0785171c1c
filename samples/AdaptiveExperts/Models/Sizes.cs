using Shardwright;

namespace AdaptiveExperts.Models;

/// <summary>Sizes that all three models share: a byte-level decoder of 64 experts on 8 ranks.</summary>
public static class Sizes
{
    public const int Vocab = 256, Width = 128, Hidden = 512, Heads = 4, Context = 128, Batch = 64, Layers = 2, Experts = 64, TopK = 2, Ranks = 8;

    /// <summary>Losses of all placements have the same bits; with <see cref="SumOrder.Fast"/> they agree to rounding, and replicas cost less time.</summary>
    public const SumOrder Order = SumOrder.Invariant;
}
