namespace Shardwright;

/// <summary>Group-limited routing: only the experts of a token's best groups may be chosen.</summary>
internal static class RouterGroups
{
    /// <summary>
    /// Opens the experts of the kept groups. A group's rank is the sum of its two largest keys (DeepSeek-V3, arXiv:2412.19437, section 2.1.2: the sum of the
    /// highest K ÷ M scores of a node, 8 ÷ 4 there), with softmax scores its largest (DeepSeek-V2, arXiv:2405.04434, section 2.1.2). Of equal groups the lower comes first.
    /// </summary>
    public static void Open(ReadOnlySpan<float> logits, RouterRule rule, Span<bool> isOpen)
    {
        var size = rule.Count / rule.Groups;
        var keys = rule.GroupKeys(logits);
        var ranks = new float[rule.Groups];
        for (var g = 0; g < rule.Groups; g++)
        {
            var own = keys.AsSpan(g * size, size).ToArray();
            Array.Sort(own, (a, b) => b.CompareTo(a));
            ranks[g] = rule.Score == RouterScore.Softmax || size == 1 ? own[0] : own[0] + own[1];
        }

        var left = new bool[rule.Groups];
        Array.Fill(left, true);
        for (var kept = 0; kept < rule.KeptGroups; kept++)
        {
            var best = Routing.Largest(ranks, left);
            left[best] = false;
            isOpen.Slice(best * size, size).Fill(true);
        }
    }
}
