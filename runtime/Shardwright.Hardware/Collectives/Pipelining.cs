namespace Shardwright.Hardware;

/// <summary>Phases on different links, cut into chunks that follow each other: t = max tᵢ + (Σ tᵢ − max tᵢ)/c. One chunk gives the sum, very many give the slowest phase.</summary>
internal static class Pipelining
{
    /// <summary>Chunks of a two-level collective. Assumed: neither Neuron nor NCCL publishes a number for every size.</summary>
    public const int Chunks = 4;

    public static double Time(double first, double second, int chunks)
    {
        double most = Math.Max(first, second);
        // Both summands grow with both phases, so the time never falls when a phase grows.
        return most * (chunks - 1) / chunks + (first + second) / chunks;
    }
}
