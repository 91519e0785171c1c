namespace Shardwright.Hardware;

/// <summary>
/// A step whose parameters, gradients and optimizer state are split over the ranks that would each hold a copy (ZeRO stage 3, Rajbhandari et al., arXiv 1910.02054): what no expert owns over all ranks, experts over their replicas.
/// A layer's parameters are gathered while the layer before it runs, forward and again backward, into one of two buffers; its gradients are reduce-scattered when its backward pass ends, in place of the all-reduce at the end of the
/// step. What stands outside of layers is gathered when a micro-batch begins. A rank updates its own share.
/// </summary>
public static class ShardedProgram
{
    /// <summary>The step on a mesh.</summary>
    /// <param name="plan">The compiled plan.</param>
    /// <param name="mesh">Ranks, and the experts of each.</param>
    public static TimedProgram Of(PlanDocument plan, MeshPlacement mesh) => new ShardedBuilder(plan, mesh).Build();
}
