using Shardwright.Hardware;

namespace AdaptiveExperts.Options;

/// <summary>What the command line asks for. <paramref name="Machine"/> null: the one that the models were compiled for; <paramref name="Text"/> null: the API documentation.</summary>
public sealed record RunOptions(int Steps, ulong Seed, MovingPlacement Placement, Machine? Machine, string? Text, int StepsPerTopic, bool Plain);

/// <summary>What static placement is compared with.</summary>
public enum MovingPlacement
{
    Adaptive,
    Auto,
}
