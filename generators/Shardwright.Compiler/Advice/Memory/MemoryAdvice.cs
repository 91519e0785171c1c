namespace Shardwright.Compiler.Advice.Memory;

/// <summary>Memory: 3xxx.</summary>
public static class MemoryAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
        new Float32WhereBFloat16Serves(),
    ];
}
