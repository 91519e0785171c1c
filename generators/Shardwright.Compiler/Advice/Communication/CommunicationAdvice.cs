namespace Shardwright.Compiler.Advice.Communication;

/// <summary>Communication: 4xxx.</summary>
public static class CommunicationAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
        new ExposedAllToAll(),
        new ExpertsAcrossSlowLinks(),
        new LongTorusRing(),
        new LatencyBoundCollectives(),
        new HideableCollectives(),
        new ReplicatedUpdate(),
        new LoopInvariantCollective(),
        new BetterMeshExists(),
    ];
}
