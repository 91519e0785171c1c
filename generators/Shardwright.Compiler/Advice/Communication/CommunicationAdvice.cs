namespace Shardwright.Compiler.Advice.Communication;

/// <summary>Communication: 4xxx.</summary>
public static class CommunicationAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
    ];
}
