namespace Shardwright.Compiler.Advice.Cost;

/// <summary>Cost and scale: 7xxx.</summary>
public static class CostAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
    ];
}
