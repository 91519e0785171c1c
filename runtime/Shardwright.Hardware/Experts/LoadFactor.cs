namespace Shardwright.Hardware;

/// <summary>How unevenly experts' tokens fall on ranks. The busiest rank is the step.</summary>
public static class LoadFactor
{
    /// <summary>Load factor ρ = max ÷ mean of the ranks' token copies, with experts placed in contiguous runs; 1 is even, the number of ranks is all on one. A layer without any token is even.</summary>
    /// <param name="counts">Token copies of each expert, in the order of the experts.</param>
    /// <param name="ranks">Ranks that hold the experts together; divides the number of experts.</param>
    /// <exception cref="ArgumentException">The ranks do not divide the experts, or a count is negative.</exception>
    public static double Of(IReadOnlyList<double> counts, int ranks)
    {
        if (ranks < 1 || counts.Count % ranks != 0)
            throw new ArgumentException($"{counts.Count} experts do not split evenly over {ranks} ranks.", nameof(ranks));
        int perRank = counts.Count / ranks;
        double busiest = 0, total = 0;
        for (int rank = 0; rank < ranks; rank++)
        {
            double load = 0;
            for (int expert = rank * perRank; expert < (rank + 1) * perRank; expert++)
            {
                if (!(counts[expert] >= 0))
                    throw new ArgumentException($"Expert {expert} has {counts[expert]} token copies.", nameof(counts));
                load += counts[expert];
            }
            busiest = Math.Max(busiest, load);
            total += load;
        }
        return total == 0 ? 1 : busiest * ranks / total;
    }
}
