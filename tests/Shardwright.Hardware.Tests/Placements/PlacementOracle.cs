namespace Shardwright.Hardware.Tests;

/// <summary>
/// The smallest busiest rank of all plans, by trying every assignment of experts to slots. For one assignment, tokens can be split so that no rank has more than τ exactly when every set of ranks has room for the experts that no rank outside holds
/// (max-flow min-cut): τ = max over sets U of ⌈tokens of experts held inside U only ÷ |U|⌉.
/// </summary>
internal static class PlacementOracle
{
    public static int Busiest(ExpertLayout layout, int[] load)
    {
        var holders = new int[layout.Experts];
        for (int expert = 0; expert < layout.Experts; expert++)
            holders[expert] = 1 << layout.Home(expert);
        int best = int.MaxValue;
        Assign(0);
        return best;

        void Assign(int slot)
        {
            if (slot == layout.Ranks * layout.Slots)
            {
                best = Math.Min(best, Limit());
                return;
            }
            int rank = slot / layout.Slots;
            Assign(slot + 1);
            for (int expert = 0; expert < layout.Experts; expert++)
            {
                if ((holders[expert] >> rank & 1) != 0)
                    continue;
                holders[expert] |= 1 << rank;
                Assign(slot + 1);
                holders[expert] &= ~(1 << rank);
            }
        }

        int Limit()
        {
            int limit = 0;
            for (int set = 1; set < 1 << layout.Ranks; set++)
            {
                int tokens = 0, size = System.Numerics.BitOperations.PopCount((uint)set);
                for (int expert = 0; expert < layout.Experts; expert++)
                    if ((holders[expert] & ~set) == 0)
                        tokens += load[expert];
                limit = Math.Max(limit, (tokens + size - 1) / size);
            }
            return limit;
        }
    }
}
