namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>Capture and sharding: 1xxx and 2xxx.</summary>
public static class ShardingAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
        new UnusedParameter(),
        new NonlinearPartialSum(),
        new ImplicitReshard(),
        new GatheredDispatch(),
        new ReplicatedGiant(),
        new ShardWithoutEffect(),
    ];
}
