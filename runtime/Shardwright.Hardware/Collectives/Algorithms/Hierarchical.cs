namespace Shardwright.Hardware;

/// <summary>
/// Two levels with X instances of Y ranks. All-gather goes between instances first, each of Y rails with S/Y, then inside; reduce-scatter the other way round; all-reduce is reduce-scatter inside, all-reduce between, all-gather inside:
/// 2(Y − 1)/Y · S/B_in + 2(X − 1)/X · S/(Y · B_out). All-to-all exchanges (X − 1)/X · S between and (Y − 1)/Y · S inside. Latencies add up; the transfers inside and between use different links and follow each other in chunks.
/// </summary>
internal sealed class Hierarchical(AlgorithmChoice inside, AlgorithmChoice between)
{
    /// <summary>Chunks that follow each other. Assumed: neither Neuron nor NCCL publishes a number for every size.</summary>
    private const int Chunks = 4;

    private readonly string[] _names = [.. from a in inside.Algorithms from b in between.Algorithms select a.Name == DirectAllToAll.Name ? "two-level all-to-all" : $"hierarchical ({a.Name} + {b.Name})"];

    /// <summary>The parts of the cost; each level takes its algorithm by itself.</summary>
    public (string Name, long Latency, double Transfer, double SentPerByte) At(long bytes)
    {
        int first = inside.Pick(bytes), second = between.Pick(bytes);
        CollectiveAlgorithm inner = inside.Algorithms[first], outer = between.Algorithms[second];
        return (_names[first * between.Algorithms.Count + second], inner.Latency + outer.Latency, Pipelined(inner.Transfer(bytes), outer.Transfer(bytes)), inner.SentPerByte + outer.SentPerByte);
    }

    /// <summary>Whom a rank sends to, inside and between.</summary>
    public IEnumerable<CollectiveFlow> Flows(long bytes) => inside.Algorithms[inside.Pick(bytes)].Flows.Concat(between.Algorithms[between.Pick(bytes)].Flows);

    /// <summary>Two phases on different links in the chunks of this algorithm.</summary>
    public static double Pipelined(double first, double second) => Pipelined(first, second, Chunks);

    /// <summary>Two phases on different links, cut into chunks: t = max tᵢ + (Σ tᵢ − max tᵢ)/c. One chunk gives the sum, very many give the slower phase.</summary>
    public static double Pipelined(double first, double second, int chunks)
    {
        // The same formula as a sum of two parts that grow with both phases, so that rounding cannot make it fall when one grows.
        return Math.Max(first, second) * (chunks - 1) / chunks + (first + second) / chunks;
    }
}
