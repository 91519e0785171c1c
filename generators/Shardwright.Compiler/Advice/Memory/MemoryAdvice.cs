namespace Shardwright.Compiler.Advice.Memory;

/// <summary>Memory: 3xxx.</summary>
public static class MemoryAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
        new HbmOverflow(),
        new HbmNearlyFull(),
        new InfeasibleWithRecompute(),
        new DominantTensor(),
        new SavedAttentionScores(),
        new SavedButCheap(),
        new FusableChain(),
        new SkinnyExperts(),
        new TileFill(),
        new ReceiveBuffer(),
        new Float32WhereBFloat16Serves(),
        new SbufSpill(),
        new TinyDma(),
        new RecomputeWithoutGain(),
    ];
}
