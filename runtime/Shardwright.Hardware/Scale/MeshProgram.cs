namespace Shardwright.Hardware;

/// <summary>
/// The step of a plan with the reductions of another mesh. A mesh that gives every expert to one rank only has no gradients of experts to reduce, and one that gives all experts to every rank reduces them with the others; on another mesh
/// they are reduced over the experts' replicas. All other statements are the same on every mesh of two ranks or more.
/// </summary>
public static class MeshProgram
{
    /// <summary>The step on a mesh.</summary>
    /// <param name="plan">The compiled plan, for two ranks or more.</param>
    /// <param name="mesh">The mesh.</param>
    public static TimedProgram Of(PlanDocument plan, MeshPlacement mesh)
    {
        var program = plan.Program;
        var bytes = new Amount(0, 0, plan.Memory.Optimizer.PerExpert / 2);
        var reductions = program.Ops.Where(IsReduction).ToList();
        if (bytes.PerExpert == 0 || mesh.Expert == plan.Placement.Expert && mesh.Data == plan.Placement.Data)
            return program;
        if (reductions.Find(op => op.Collective!.Group == CollectiveGroup.ExpertReplicas) is { } replicas)
            return mesh.Expert == 1 && reductions.Find(op => op.Collective!.Group == CollectiveGroup.World) is { } world ? Together(program, world, replicas) : program;
        var merged = reductions.Find(op => op.Collective!.Bytes.PerExpert > 0);
        if (merged is not null && mesh.Expert == 1)
            return program;
        var own = program.Ops.Where(op => op is { Phase: StepPhase.Update, Collective: null }).SelectMany(op => op.Reads).Except(reductions.SelectMany(op => op.Writes)).Distinct().ToList();
        IReadOnlyList<int> slots = merged?.Writes ?? own;
        var added = new TimedOp($"gradients over {CollectiveGroup.ExpertReplicas}")
        {
            Index = program.Ops.Count,
            Phase = StepPhase.Update,
            Site = 0,
            Collective = new(CollectiveKind.AllReduce, CollectiveGroup.ExpertReplicas, bytes),
            Reads = slots,
            Writes = slots,
        };
        return new([.. program.Nodes.Select(node => node is TimedLoop { IsMicroBatches: true } loop ? loop with { Body = [.. Body(loop, merged, added)] } : node)], program.Sites, program.Slots);
    }

    /// <summary>The all-reduce of gradients that ends a micro-batch.</summary>
    internal static bool IsReduction(TimedOp op) => op is { Phase: StepPhase.Update, Collective: { Kind: CollectiveKind.AllReduce, Group: CollectiveGroup.World or CollectiveGroup.ExpertReplicas } }
        && op.Name.StartsWith("gradients over", StringComparison.Ordinal);

    /// <summary>Where every rank has every expert, its replicas are all ranks: one reduction takes all gradients, in the first one's place, and the other does nothing.</summary>
    private static TimedProgram Together(TimedProgram program, TimedOp world, TimedOp replicas)
    {
        int[] slots = [.. world.Writes.Union(replicas.Writes)];
        var both = world with { Site = replicas.Site, Collective = world.Collective! with { Bytes = world.Collective.Bytes + replicas.Collective!.Bytes }, Reads = slots, Writes = slots };
        return new([.. program.Nodes.Select(Changed)], program.Sites, program.Slots);

        TimedNode Changed(TimedNode node) => node is TimedLoop loop ? loop with { Body = [.. loop.Body.Select(Changed)] } : node == world ? both : node == replicas ? replicas with { Collective = null } : node;
    }

    private static IEnumerable<TimedNode> Body(TimedLoop loop, TimedOp? merged, TimedOp added)
    {
        // Behind the last reduction, before the micro-batch's gradients are added to the step's.
        int last = Enumerable.Range(0, loop.Body.Count).Where(i => loop.Body[i] is TimedOp op && (IsReduction(op) || op.Phase != StepPhase.Update) || loop.Body[i] is TimedLoop).Max();
        for (int i = 0; i < loop.Body.Count; i++)
        {
            yield return loop.Body[i] == merged ? merged! with { Site = -1, Collective = merged.Collective! with { Bytes = new(merged.Collective.Bytes.Fixed) } } : loop.Body[i];
            if (i == last)
                yield return added;
        }
    }
}
