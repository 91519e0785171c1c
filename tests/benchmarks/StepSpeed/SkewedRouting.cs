using Shardwright;

namespace StepSpeed;

/// <summary>Experts drawn without replacement with weights 1 ÷ (expert + 1): eight experts on eight ranks have 1.9 times the mean on the busiest rank, and the first four ranks have 70 % of the rows. A function of the place, so equal in all programs.</summary>
internal sealed class SkewedRouting : RoutingSource
{
    public override void Select(RoutingSite where, ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k)
    {
        for (int row = 0; row < rows; row++)
        {
            ulong state = (ulong)(((where.Step + 1) * 64L + where.Layer) * where.Tokens + where.FirstToken + row);
            var chosen = experts.Slice(row * k, k);
            for (int i = 0; i < k; i++)
                do
                    chosen[i] = Draw(ref state, expertCount);
                while (chosen[..i].Contains(chosen[i]));
        }
    }

    // By rejection: expert e is kept with probability 1 ÷ (e + 1). Bits of SplitMix64 (Steele, Lea and Flood 2014).
    private static int Draw(ref ulong state, int expertCount)
    {
        while (true)
        {
            state += 0x9E3779B97F4A7C15;
            ulong bits = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ bits >> 27) * 0x94D049BB133111EB;
            bits ^= bits >> 31;
            int expert = (int)((uint)bits % (uint)expertCount);
            if ((bits >> 32) * (ulong)(expert + 1) < 1UL << 32)
                return expert;
        }
    }
}
