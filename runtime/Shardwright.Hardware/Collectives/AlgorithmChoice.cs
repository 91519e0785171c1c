namespace Shardwright.Hardware;

/// <summary>Which algorithm a library takes for a part of the machine, by bytes: by published limits, or the one that takes least time.</summary>
internal sealed class AlgorithmChoice
{
    private readonly CollectiveAlgorithm[] _algorithms;
    private readonly double[]? _below;

    private AlgorithmChoice(CollectiveAlgorithm[] algorithms, double[]? below)
    {
        _algorithms = algorithms;
        _below = below;
    }

    public IReadOnlyList<CollectiveAlgorithm> Algorithms => _algorithms;

    public static AlgorithmChoice Only(CollectiveAlgorithm algorithm) => new([algorithm], []);

    /// <summary>Algorithm i where bytes are below <paramref name="below"/>[i], the last one elsewhere.</summary>
    public static AlgorithmChoice ByBytes(CollectiveAlgorithm[] algorithms, double[] below) => new(algorithms, below);

    /// <summary>The fastest; the first on a tie.</summary>
    public static AlgorithmChoice Fastest(params CollectiveAlgorithm[] algorithms) => new(algorithms, null);

    public int Pick(long bytes)
    {
        if (_below is null)
            return PickFastest(bytes);
        int index = 0;
        while (index < _below.Length && bytes >= _below[index])
            index++;
        return index;
    }

    private int PickFastest(long bytes)
    {
        int best = 0;
        for (int i = 1; i < _algorithms.Length; i++)
        {
            if (_algorithms[i].Latency + _algorithms[i].Transfer(bytes) < _algorithms[best].Latency + _algorithms[best].Transfer(bytes))
                best = i;
        }
        return best;
    }
}
