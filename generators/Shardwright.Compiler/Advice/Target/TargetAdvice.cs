namespace Shardwright.Compiler.Advice.Target;

/// <summary>What the target allows: 6xxx.</summary>
public static class TargetAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
        new VariableExchangeNotOffered(),
        new TooManyCommunicators(),
        new MissingFormat(),
        new IdleRanks(),
        new IndexRange(),
    ];
}
