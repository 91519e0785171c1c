namespace Shardwright.Hardware;

/// <summary>Predicted time of a training step of a dense transformer, by part, in picoseconds.</summary>
/// <param name="Layers">Transformer layers of the slowest stage, all micro-batches, pipeline bubble included.</param>
/// <param name="Head">Embedding, logits and loss, bubble included.</param>
/// <param name="Transfers">Tensor-parallel reductions and activations that pass between stages, bubble included.</param>
/// <param name="Accumulation">Sums of gradients over micro-batches.</param>
/// <param name="Reduction">Exposed reduction of gradients over copies of the model.</param>
/// <param name="Update">Parameter update.</param>
/// <param name="Fixed">Fixed times of the framework.</param>
public sealed record DenseStepTime(long Layers, long Head, long Transfers, long Accumulation, long Reduction, long Update, long Fixed)
{
    /// <summary>The step.</summary>
    public long Picoseconds => checked(Layers + Head + Transfers + Accumulation + Reduction + Update + Fixed);

    /// <summary>The step, s.</summary>
    public double Seconds => Picoseconds * 1e-12;

    /// <summary>
    /// Predicts a step. A layer takes the time of its ops on the machine, or the time in which the host issues them, whichever is longer. Stages pass m micro-batches on as <see cref="Pipeline"/> says; the
    /// stage with the logits is taken to decide. Gradients are reduced over copies after the last micro-batch.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="shape">The model.</param>
    /// <param name="schedule">Its layout.</param>
    /// <param name="framework">What the framework adds.</param>
    public static DenseStepTime Of(Machine machine, TransformerShape shape, DenseSchedule schedule, FrameworkRates framework)
    {
        long layers = LayersOfStage(machine, shape, schedule, framework);
        long head = DenseHeadWork.All(shape, schedule.MicroBatch, schedule.Tensor, framework.LogitBytes).Sum(op => OpTime.Of(machine.Rank, op).Duration);
        long transfers = Communication(machine, shape, schedule);
        long parameters = (shape.Parameters + schedule.Tensor * schedule.Pipeline - 1) / (schedule.Tensor * schedule.Pipeline);
        int m = schedule.MicroBatches;
        long reduction = schedule.Data == 1 ? 0 : GradientReduction.Exposed(
            CollectiveTime.Of(machine, CollectiveKind.AllReduce, GroupShape.Of(machine, schedule.Data, schedule.Tensor), parameters * framework.GradientBytes).Picoseconds,
            framework.GradientBuckets,
            // The last micro-batch's backward pass: at least half of what a layer computes.
            backward: layers / 2,
            machine.OverlapSlowdown);
        return new(
            Layers: Piped(layers),
            Head: Piped(head),
            Transfers: Piped(transfers),
            Accumulation: m * OptimizerTime.Picoseconds(machine.Rank, parameters, framework.AccumulationBytes),
            Reduction: reduction,
            Update: OptimizerTime.Picoseconds(machine.Rank, parameters, framework.UpdateBytes),
            Fixed: checked(framework.StepPicoseconds + m * framework.MicroBatchPicoseconds));

        long Piped(long microBatch) => Pipeline.Picoseconds(schedule.Pipeline, m, microBatch, schedule.VirtualStages);
    }

    /// <summary>Forward and backward of one micro-batch through the layers of a stage.</summary>
    private static long LayersOfStage(Machine machine, TransformerShape shape, DenseSchedule schedule, FrameworkRates framework)
    {
        var forward = DenseLayerWork.Forward(shape, schedule.MicroBatch, schedule.Tensor);
        var backward = DenseLayerWork.Backward(shape, schedule.MicroBatch, schedule.Tensor);
        IEnumerable<OpWork> again = schedule.Recomputation switch
        {
            Recomputation.Full => forward,
            // Scores, softmax and dropout; the product with the values is the next op.
            Recomputation.Selective => forward.Skip(2).Take(3),
            _ => [],
        };
        var ops = forward.Concat(again).Concat(backward).ToArray();
        long busy = ops.Sum(op => OpTime.Of(machine.Rank, op).Duration);
        long layer = Math.Max(busy, ops.Length * framework.HostPicoseconds);
        return layer * ((shape.Layers + schedule.Pipeline - 1) / schedule.Pipeline);
    }

    /// <summary>
    /// Communication of one micro-batch on a stage: two all-reduces of s·b·h activations a layer forward and backward each, two more where the forward pass runs again; a stage sends and receives its
    /// activations and their gradients, once a chunk of layers.
    /// </summary>
    private static long Communication(Machine machine, TransformerShape shape, DenseSchedule schedule)
    {
        long bytes = 2L * shape.Sequence * schedule.MicroBatch * shape.Width;
        long total = 0;
        if (schedule.Tensor > 1)
        {
            int reductions = (schedule.Recomputation == Recomputation.Full ? 6 : 4) * ((shape.Layers + schedule.Pipeline - 1) / schedule.Pipeline);
            total += reductions * CollectiveTime.Of(machine, CollectiveKind.AllReduce, GroupShape.Of(machine, schedule.Tensor, 1), bytes).Picoseconds;
        }

        if (schedule.Pipeline > 1)
        {
            var neighbours = GroupShape.Of(machine, 2, schedule.Tensor * schedule.Data);
            total += 2L * schedule.VirtualStages * CollectiveTime.Of(machine, CollectiveKind.Broadcast, neighbours, bytes / schedule.Tensor).Picoseconds;
        }

        return total;
    }
}
