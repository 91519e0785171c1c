namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// lossSum[0] = Σ_t weights[t] · (logSumExp[t] − logits[t, targets[t]]), folded inside each sequence and then added by the halving tree;
    /// logSumExp[t] = log Σ_c e^logits[t, c] is saved for the gradient. Empty weights mean 1. The target of a row of weight 0 is not looked at.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a target lies outside the vocabulary.</exception>
    public static void CrossEntropy(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<int> targets,
        ReadOnlySpan<float> weights,
        Span<float> lossSum,
        Span<float> logSumExp,
        Segments sequences,
        int columns)
    {
        var rows = sequences.Rows;
        RequireRows(nameof(CrossEntropy), rows, columns);
        Require.Length(nameof(CrossEntropy), nameof(logits), logits.Length, (long)rows * columns);
        Require.Length(nameof(CrossEntropy), nameof(lossSum), lossSum.Length, 1);
        Require.Length(nameof(CrossEntropy), nameof(logSumExp), logSumExp.Length, rows);
        RequireTargets(nameof(CrossEntropy), targets, weights, rows, columns);
        fixed (float* plogits = logits, plog = logSumExp)
            Ranges.For(new LogSumExpRows(plogits, plog, columns), rows, columns);

        var tree = new ScalarTree(sequences.Count);
        for (var sequence = 0; sequence < sequences.Count; sequence++)
        {
            var sum = 0f;
            for (var t = sequences.Start(sequence); t < sequences.End(sequence); t++)
            {
                var weight = weights.IsEmpty ? 1f : weights[t];
                if (weight != 0)
                    sum = MathF.FusedMultiplyAdd(weight, logSumExp[t] - logits[(int)(((long)t * columns) + targets[t])], sum);
            }

            tree.Push(sum);
        }

        lossSum[0] = tree.Root;
    }

    private static void RequireTargets(string kernel, ReadOnlySpan<int> targets, ReadOnlySpan<float> weights, int rows, int columns)
    {
        Require.Length(kernel, nameof(targets), targets.Length, rows);
        if (!weights.IsEmpty)
            Require.Length(kernel, nameof(weights), weights.Length, rows);
        for (var t = 0; t < targets.Length; t++)
        {
            if ((uint)targets[t] >= (uint)columns && (weights.IsEmpty || weights[t] != 0))
            {
                throw new ArgumentException(
                    $"Kernels.{kernel}: targets[{t}] is {targets[t]}; need 0 to {columns - 1}, an index into the {columns} logits of a row. Give rows without a target the weight 0. (A rank counts from the start of its own share of the batch.)",
                    nameof(targets));
            }
        }
    }

    private readonly struct LogSumExpRows(float* logits, float* logSumExp, nint columns) : IRangeWork
    {
        public void Run(nint begin, nint end) => LogSumExps.Run(logits + (begin * columns), logSumExp + begin, end - begin, columns);
    }
}
