using Shardwright.Hardware;

namespace Shardwright;

/// <summary>Which copies experts keep where they have a capacity.</summary>
internal static class RouterCapacity
{
    /// <summary>For each copy [rows · topK], whether its expert computes it: of a sequence, an expert's first copies, or those with its largest gates.</summary>
    public static bool[] Kept(ReadOnlySpan<int> experts, float[] gates, int sequences, RouterRule rule)
    {
        var kept = new bool[experts.Length];
        int each = experts.Length / sequences, capacity = ExpertCapacity.Of(each / rule.TopK, rule.TopK, rule.Count, rule.CapacityFactor);
        for (var s = 0; s < sequences; s++)
        {
            for (var e = 0; e < rule.Count; e++)
            {
                var copies = new List<int>();
                for (var copy = s * each; copy < (s + 1) * each; copy++)
                {
                    if (experts[copy] == e)
                        copies.Add(copy);
                }

                // OrderBy leaves equals in their order.
                foreach (var copy in (rule.DropOrder == DropOrder.Probability ? copies.OrderByDescending(c => gates[c]) : copies.AsEnumerable()).Take(capacity))
                    kept[copy] = true;
            }
        }

        return kept;
    }
}
