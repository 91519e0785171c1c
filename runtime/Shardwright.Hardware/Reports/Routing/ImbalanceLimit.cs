namespace Shardwright.Hardware.Reports;

/// <summary>How uneven routing may be before a rank's memory is full.</summary>
internal static class ImbalanceLimit
{
    private const double Step = 0.001;

    /// <summary>The smallest max ÷ mean, to a thousandth, at which a rank that receives so much in every layer of every expert group needs more than its memory; 1 where even load is too much, null where no routing is.</summary>
    public static double? Of(PlanDocument plan, long capacity)
    {
        double low = 1, high = plan.Program.Sites.Select(site => site.Copies == 0 ? 1 : (double)Most(site) / site.Copies).DefaultIfEmpty(1).Max();
        if (Peak(plan, 1) > capacity)
            return 1;
        if (Peak(plan, high) <= capacity)
            return null;
        while (high - low > Step)
        {
            double middle = (low + high) / 2;
            if (Peak(plan, middle) > capacity)
                high = middle;
            else
                low = middle;
        }
        return high;

        long Most(TimedSite site) => checked(site.TokensPerRank * plan.Placement.Expert * Math.Min(site.TopK, site.Experts / plan.Placement.Expert));

        long Peak(PlanDocument plan, double factor) => PeakBytes(plan, site => Math.Min(Most(site), (long)Math.Ceiling(site.Copies * factor)));
    }

    /// <summary>Peak of a rank that receives as many rows in every layer.</summary>
    internal static long PeakBytes(PlanDocument plan, Func<TimedSite, long> received)
    {
        var walk = new MemoryWalk(plan, received);
        long peak = 0;
        foreach (var visit in StepVisits.FirstMicroBatch(plan.Program))
        {
            peak = Math.Max(peak, walk.Enter(visit.Op.Index));
            walk.Leave(visit.Op.Index);
        }
        return peak;
    }
}
