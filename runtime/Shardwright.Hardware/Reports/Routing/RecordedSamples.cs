namespace Shardwright.Hardware.Reports;

/// <summary>
/// Micro-batches of a recording as an expert group of a plan would see them: copies from each of its ranks to each expert. A recording with the plan's tokens, on as many ranks or a multiple, is taken as it is, neighbouring ranks as one; of another, the experts' shares are taken,
/// and what each rank sends is drawn around them (<see cref="RecordedRouting.Draw"/>).
/// </summary>
internal sealed class RecordedSamples
{
    private RecordedSamples(IReadOnlyList<int[][]> counts, bool isExact) => (Counts, IsExact) = (counts, isExact);

    /// <summary>Copies of each sample: [ranks of the expert group][experts].</summary>
    public IReadOnlyList<int[][]> Counts { get; }

    /// <summary>Whether all of them are as recorded.</summary>
    public bool IsExact { get; }

    /// <summary>Takes at most <paramref name="most"/> samples, evenly over steps, micro-batches, layers and expert groups of ranks.</summary>
    public static RecordedSamples Of(RoutingRecording recording, int group, TimedSite site, MeshPlacement mesh, int most)
    {
        int layers = recording.Shape.Groups[group].Layers, microBatches = recording.Shape.MicroBatches, replicas = mesh.Data / mesh.Expert;
        long all = (long)recording.Steps * microBatches * layers * replicas, taken = Math.Min(all, most);
        var samples = new List<int[][]>();
        bool isExact = true;
        for (long sample = 0; sample < taken; sample++)
        {
            long number = (2 * sample + 1) * all / (2 * taken), rest = number / replicas;
            int[][] counts = recording.Counts((int)(rest / layers / microBatches), (int)(rest / layers % microBatches), group, (int)(rest % layers));
            if (Exact(counts, site, mesh, (int)(number % replicas)) is not { } exact)
            {
                isExact = false;
                exact = Drawn(counts, site, mesh, (ulong)number);
            }
            samples.Add(exact);
        }
        return new(samples, isExact);
    }

    private static int[][]? Exact(int[][] counts, TimedSite site, MeshPlacement mesh, int replica)
    {
        if (counts.Length % mesh.Data != 0)
            return null;
        int each = counts.Length / mesh.Data;
        var merged = new int[mesh.Expert][];
        for (int rank = 0; rank < merged.Length; rank++)
        {
            merged[rank] = RoutingGenerator.Sum([.. counts.Skip((replica * mesh.Expert + rank) * each).Take(each)]);
            if (merged[rank].Sum(count => (long)count) != site.Copies)
                return null;
        }
        return merged;
    }

    private static int[][] Drawn(int[][] counts, TimedSite site, MeshPlacement mesh, ulong seed)
    {
        double[] total = [.. Enumerable.Range(0, site.Experts).Select(expert => counts.Sum(rank => (double)rank[expert]))];
        // A micro-batch without any copy is even.
        return RecordedRouting.Draw(total.Any(count => count > 0) ? total : [.. total.Select(_ => 1.0)], mesh.Expert, checked((int)site.Copies), new(seed));
    }
}
