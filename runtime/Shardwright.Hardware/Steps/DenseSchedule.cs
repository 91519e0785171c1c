namespace Shardwright.Hardware;

/// <summary>How a dense model is laid out on ranks, in Megatron-LM's order of ranks: tensor parallelism innermost, then data, then pipeline.</summary>
/// <param name="Tensor">t: ranks that split every layer.</param>
/// <param name="Data">d: copies of the model.</param>
/// <param name="Pipeline">p: stages.</param>
/// <param name="VirtualStages">v: chunks of layers of a stage.</param>
/// <param name="GlobalBatch">B: sequences of a step.</param>
/// <param name="MicroBatch">b: sequences of a micro-batch.</param>
/// <param name="Recomputation">Which activations are computed again.</param>
public sealed record DenseSchedule(int Tensor, int Data, int Pipeline, int VirtualStages, int GlobalBatch, int MicroBatch, Recomputation Recomputation)
{
    /// <summary>Ranks.</summary>
    public int Ranks => Tensor * Data * Pipeline;

    /// <summary>m = B ÷ (d · b): micro-batches of a step.</summary>
    public int MicroBatches => Math.Max(1, GlobalBatch / (Data * MicroBatch));
}
