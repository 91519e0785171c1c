namespace Shardwright.Hardware;

/// <summary>Time of a pipeline of p stages, each cut into v virtual stages, that m micro-batches run through (one forward, one backward; Narayanan et al. 2021, arXiv 2104.04473).</summary>
public static class Pipeline
{
    /// <summary>Share of the step in which a stage waits: (p − 1) ÷ (m · v + p − 1).</summary>
    /// <param name="stages">p, 1 without a pipeline.</param>
    /// <param name="microBatches">m.</param>
    /// <param name="virtualStages">v: chunks of layers of one stage; 1 without interleaving.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static double BubbleShare(int stages, int microBatches, int virtualStages = 1)
    {
        Check(stages, microBatches, virtualStages);
        return (stages - 1.0) / ((double)microBatches * virtualStages + stages - 1);
    }

    /// <summary>Time of all micro-batches: (m + (p − 1) ÷ v) · t, in picoseconds, rounded up.</summary>
    /// <param name="stages">p.</param>
    /// <param name="microBatches">m.</param>
    /// <param name="microBatchPicoseconds">t: forward and backward of one micro-batch on the slowest stage, with its transfers to the next stage.</param>
    /// <param name="virtualStages">v.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    /// <exception cref="OverflowException">The time exceeds 2^63 − 1 ps.</exception>
    public static long Picoseconds(int stages, int microBatches, long microBatchPicoseconds, int virtualStages = 1)
    {
        Check(stages, microBatches, virtualStages);
        return checked(microBatches * microBatchPicoseconds + ((stages - 1) * microBatchPicoseconds + virtualStages - 1) / virtualStages);
    }

    private static void Check(int stages, int microBatches, int virtualStages)
    {
        if (stages < 1)
            throw new ArgumentOutOfRangeException(nameof(stages), stages, "A pipeline has at least one stage.");
        if (microBatches < 1)
            throw new ArgumentOutOfRangeException(nameof(microBatches), microBatches, "A step has at least one micro-batch.");
        if (virtualStages < 1)
            throw new ArgumentOutOfRangeException(nameof(virtualStages), virtualStages, "A stage has at least one chunk of layers.");
    }
}
