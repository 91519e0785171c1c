namespace Shardwright.Hardware;

/// <summary>How many token copies an expert takes where experts have a capacity.</summary>
public static class ExpertCapacity
{
    /// <summary>
    /// ⌈tokens · topK ÷ experts · factor⌉ (GShard, arXiv:2006.16668, section 2.2; Megatron-LM's <c>get_capacity</c>), at least 1, and at most the tokens, since an expert takes a token once. The product is
    /// rounded to float32 before it is rounded up: 10 · 1.1 are 11 then, and not 12.
    /// </summary>
    /// <param name="tokens">Tokens that are counted together.</param>
    /// <param name="topK">Experts a token goes to.</param>
    /// <param name="experts">Experts.</param>
    /// <param name="factor">The capacity factor; 0 = no limit, which is the tokens.</param>
    public static int Of(int tokens, int topK, int experts, double factor)
        => factor == 0 ? tokens : (int)Math.Min(tokens, Math.Max(1, Math.Ceiling((float)((double)tokens * topK / experts * factor))));
}
