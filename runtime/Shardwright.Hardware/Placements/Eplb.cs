namespace Shardwright.Hardware;

/// <summary>
/// The history-based reference: DeepSeek's expert-parallel load balancer (github.com/deepseek-ai/EPLB, MIT). From a past load it decides how many copies each expert has and which rank holds which, homes included; an expert's tokens are then spread evenly over its
/// copies. It moves homes, so it is no <see cref="PlacementPlanner"/>.
/// </summary>
public static class Eplb
{
    /// <summary>The expert of each place: [places]; places of a rank lie together.</summary>
    /// <param name="load">Load of each expert.</param>
    /// <param name="places">Copies over all ranks: a multiple of <paramref name="ranks"/>, at least the number of experts.</param>
    /// <param name="groups">Groups of neighbouring experts; used when they split evenly over nodes.</param>
    /// <param name="nodes">Nodes; 1 for the global balancer.</param>
    /// <param name="ranks">Ranks over all nodes.</param>
    /// <exception cref="ArgumentException">Sizes that do not divide each other.</exception>
    public static int[] Rebalance(double[] load, int places, int groups, int nodes, int ranks)
    {
        if (groups < 1 || nodes < 1 || ranks < 1 || load.Length % groups != 0 || ranks % nodes != 0 || places % ranks != 0 || places < load.Length)
            throw new ArgumentException($"{load.Length} experts in {groups} groups, {places} places on {ranks} ranks of {nodes} nodes do not divide evenly.", nameof(places));
        if (groups % nodes != 0)
            (groups, nodes) = (1, 1);
        int groupSize = load.Length / groups;
        var groupLoad = Enumerable.Range(0, groups).Select(g => load.Skip(g * groupSize).Take(groupSize).Sum()).ToArray();
        // Experts by node, in the order in which their groups were packed.
        var byNode = Pack(groupLoad, nodes).Select(packed => packed.SelectMany(g => Enumerable.Range(g * groupSize, groupSize)).ToArray());
        return [.. byNode.SelectMany(experts => Node(experts, load, places / nodes, ranks / nodes))];
    }

    /// <summary>Tokens of each rank when experts' tokens are spread evenly over their copies: [ranks].</summary>
    public static double[] RankLoads(int[] placed, double[] load, int ranks)
    {
        var copies = new int[load.Length];
        foreach (int expert in placed)
            copies[expert]++;
        var sums = new double[ranks];
        for (int place = 0; place < placed.Length; place++)
            sums[place / (placed.Length / ranks)] += load[placed[place]] / copies[placed[place]];
        return sums;
    }

    private static IEnumerable<int> Node(int[] experts, double[] load, int places, int ranks)
    {
        var copies = Replicate([.. experts.Select(e => load[e])], places, out var counts);
        var weights = copies.Select(c => load[experts[c]] / counts[c]).ToArray();
        return Pack(weights, ranks).SelectMany(packed => packed.Select(place => experts[copies[place]]));
    }

    /// <summary>One copy of each, then one more of whichever has the largest load a copy.</summary>
    private static int[] Replicate(double[] load, int places, out int[] counts)
    {
        var copies = new int[places];
        var count = Enumerable.Repeat(1, load.Length).ToArray();
        for (int place = 0; place < places; place++)
        {
            copies[place] = place;
            if (place < load.Length)
                continue;
            int best = 0;
            for (int expert = 1; expert < load.Length; expert++)
                if (load[expert] / count[expert] > load[best] / count[best])
                    best = expert;
            copies[place] = best;
            count[best]++;
        }
        counts = count;
        return copies;
    }

    /// <summary>Items into packs of equal numbers: the heaviest first, each into the lightest pack that is not full.</summary>
    private static List<int>[] Pack(double[] weights, int packs)
    {
        int each = weights.Length / packs;
        var packed = Enumerable.Range(0, packs).Select(_ => new List<int>(each)).ToArray();
        if (each == 1)
        {
            for (int i = 0; i < packs; i++)
                packed[i].Add(i);
            return packed;
        }
        var sums = new double[packs];
        foreach (int item in Enumerable.Range(0, weights.Length).OrderByDescending(i => weights[i]).ThenBy(i => i))
        {
            int best = -1;
            for (int pack = 0; pack < packs; pack++)
                if (packed[pack].Count < each && (best < 0 || sums[pack] < sums[best]))
                    best = pack;
            packed[best].Add(item);
            sums[best] += weights[item];
        }
        return packed;
    }
}
