namespace Shardwright.Hardware;

/// <summary>
/// Memory of a dense transformer on a chip, in closed form (Korthikanti et al. 2022, arXiv 2205.05198). 2-byte activations, dropout masks of one byte, attention scores that are stored. The planner's
/// own figures come from the program; these are what published tables are held against.
/// </summary>
public static class TransformerMemory
{
    /// <summary>Bytes of a parameter with its state in mixed precision: weight 2, gradient 4, and float32 master, mean and variance 12.</summary>
    public const int MixedPrecisionBytes = 18;

    /// <summary>
    /// Activations of one layer and micro-batch, bytes. With t chips of tensor parallelism: s·b·h·(10 + 24 ÷ t + 5·a·s ÷ (h·t)); with sequence parallelism s·b·h ÷ t · (34 + 5·a·s ÷ h); without the attention
    /// scores (selective) the last term is absent; 2·s·b·h when only the input is kept.
    /// </summary>
    /// <param name="shape">The model.</param>
    /// <param name="microBatch">b: sequences of a micro-batch.</param>
    /// <param name="tensor">t: chips of tensor parallelism.</param>
    /// <param name="recomputation">What is computed again.</param>
    /// <param name="sequenceParallel">Whether norms and dropouts are split over the same chips.</param>
    public static double LayerActivations(TransformerShape shape, int microBatch, int tensor, Recomputation recomputation, bool sequenceParallel)
    {
        double input = (double)shape.Sequence * microBatch * shape.Width;
        if (recomputation == Recomputation.Full)
            return 2 * input;
        double scores = recomputation == Recomputation.Selective ? 0 : 5.0 * shape.Heads * shape.Sequence / shape.Width;
        return input * (sequenceParallel ? 34.0 / tensor : 10 + 24.0 / tensor) + input * scores / tensor;
    }

    /// <summary>
    /// Activations of the first stage of a pipeline, bytes: it holds p micro-batches of l ÷ p layers, hence those of l layers; with v virtual stages 1 + (p − 1) ÷ (p · v) times as much.
    /// </summary>
    /// <param name="layerActivations">Of one layer and micro-batch.</param>
    /// <param name="layers">l.</param>
    /// <param name="stages">p.</param>
    /// <param name="virtualStages">v.</param>
    public static double FirstStageActivations(double layerActivations, int layers, int stages, int virtualStages = 1)
        => layerActivations * layers * (virtualStages > 1 ? 1 + (stages - 1.0) / ((double)stages * virtualStages) : 1);

    /// <summary>Parameters, gradients and optimizer state of the layers on one chip, bytes: 12·l·h² · 18 ÷ (t · p). The paper's figure leaves embeddings, biases and norms out.</summary>
    public static double LayerState(TransformerShape shape, int tensor, int stages) => (double)shape.LayerMatrixParameters * MixedPrecisionBytes / ((double)tensor * stages);
}
