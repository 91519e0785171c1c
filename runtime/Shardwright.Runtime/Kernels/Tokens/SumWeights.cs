namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>Σ_t weights[t]: folded inside each sequence, sequences added by the halving tree.</summary>
    /// <exception cref="ArgumentException">There is not one weight a row.</exception>
    public static float SumWeights(ReadOnlySpan<float> weights, Segments sequences)
    {
        Require.Length(nameof(SumWeights), nameof(weights), weights.Length, sequences.Rows);
        var tree = new ScalarTree(sequences.Count);
        for (var sequence = 0; sequence < sequences.Count; sequence++)
        {
            var sum = 0f;
            for (var t = sequences.Start(sequence); t < sequences.End(sequence); t++)
                sum += weights[t];
            tree.Push(sum);
        }

        return tree.Root;
    }
}
