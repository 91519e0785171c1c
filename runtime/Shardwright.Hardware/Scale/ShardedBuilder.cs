namespace Shardwright.Hardware;

/// <summary>Rewrites a step as <see cref="ShardedProgram"/> says. Statements get new numbers; sites and the slots of old values stay.</summary>
internal sealed class ShardedBuilder
{
    private readonly TimedProgram program;
    private readonly ShardedUnits units;
    private readonly int data, replicas, experts;
    private readonly Dictionary<(string, int, Amount), Buffers> buffers = [];
    private readonly Dictionary<CollectiveGroup, int> gradientSlots = [], reducedSlots = [];
    private readonly int outside;
    private int next, slots;

    public ShardedBuilder(PlanDocument plan, MeshPlacement mesh)
    {
        program = MeshProgram.Of(plan, mesh);
        (slots, units) = (program.Slots, new(program, plan.Memory));
        (data, replicas, experts) = (mesh.Data, mesh.Data / mesh.Expert, ScaleMemory.Experts(plan, mesh.Expert));
        outside = slots++;
        foreach (var layer in units.Layers)
            buffers.Add(ShardedUnits.Key(layer), new(slots++, slots++, slots++));
        foreach (var reduction in program.Ops.Where(MeshProgram.IsReduction))
        {
            gradientSlots[reduction.Collective!.Group] = reduction.Writes[0];
            reducedSlots[reduction.Collective.Group] = slots++;
        }
    }

    /// <summary>Slots of a list's layers: parameters at hand, parameters on their way, and the end of the layer that used the buffer before.</summary>
    private sealed record Buffers(int AtHand, int Coming, int Released);

    public TimedProgram Build()
    {
        var nodes = new List<TimedNode>();
        foreach (var layer in units.Layers)
            nodes.AddRange(Gather(layer.Name, layer.Weights, [], buffers[ShardedUnits.Key(layer)].Coming));
        nodes.AddRange(Region(program.Nodes, inMicroBatch: false));
        return new(nodes, program.Sites, slots);
    }

    private List<TimedNode> Region(IReadOnlyList<TimedNode> region, bool inMicroBatch)
    {
        var nodes = new List<TimedNode>();
        foreach (var node in region)
            if (node is TimedLoop { IsMicroBatches: true } steps)
                nodes.Add(steps with { Body = [.. Gather("outer", units.OutsideWeights, [], outside), .. Region(steps.Body, inMicroBatch: true)] });
            else if (node is TimedLoop layers)
                nodes.Add(Layers(layers));
            else
                nodes.Add(Statement((TimedOp)node, inMicroBatch));
        return nodes;
    }

    private TimedLoop Layers(TimedLoop loop)
    {
        if (!buffers.TryGetValue(ShardedUnits.Key(loop), out var buffer))
            return loop with { Body = Numbered(loop.Body, []) };
        List<TimedNode> body = [Added($"parameters of '{loop.Name}'", StepPhase.Forward, null, [buffer.Coming], [buffer.AtHand])];
        body.AddRange(Gather($"next {loop.Name}", loop.Weights, [buffer.AtHand, buffer.Released], buffer.Coming));
        var statements = Numbered(loop.Body, [buffer.AtHand]);
        body.AddRange(statements);
        body.Add(Added($"end of '{loop.Name}'", StepPhase.Forward, null, [.. Ops(statements).SelectMany(op => op.Writes).Distinct()], [buffer.Released]));
        if (loop.IsBackward)
            body.AddRange(Scatter(loop.Name, loop.Gradients));
        return loop with { Body = body };
    }

    private TimedOp Statement(TimedOp op, bool inMicroBatch)
    {
        if (MeshProgram.IsReduction(op))
        {
            // What the layers have not reduced yet.
            var (group, all) = (op.Collective!.Group, op.Collective.Bytes.At(0, experts));
            long done = units.Layers.Sum(layer => layer.Count * (group == CollectiveGroup.World ? layer.Gradients.Fixed : layer.Gradients.PerExpert * experts));
            return Numbered(op with { Collective = Part(CollectiveKind.ReduceScatter, group, Math.Max(0, all - done)), Site = -1, Reads = [.. op.Reads, reducedSlots[group]] });
        }
        if (op.Phase != StepPhase.Update)
            return Numbered(inMicroBatch ? op with { Reads = [.. op.Reads, outside] } : op);
        if (op.Collective is { } norms)
            return Numbered(op with { Reads = [.. op.Reads, .. reducedSlots.Values] });
        return Numbered(op with { Site = -1, Work = op.Work with { VectorElements = Share(op.Work.VectorElements), ReadBytes = Share(op.Work.ReadBytes), WriteBytes = Share(op.Work.WriteBytes) } });
    }

    private IEnumerable<TimedOp> Gather(string name, Amount weights, IReadOnlyList<int> reads, int into)
    {
        foreach (var (group, bytes) in new[] { (CollectiveGroup.World, weights.Fixed), (CollectiveGroup.ExpertReplicas, weights.PerExpert * experts) })
            if (Size(group) > 1 && bytes > 0)
                yield return Added($"parameters of {name} over {group}", StepPhase.Forward, Part(CollectiveKind.AllGather, group, bytes / 4 * units.GatheredBytes), reads, [into]);
    }

    private IEnumerable<TimedOp> Scatter(string name, Amount gradients)
    {
        foreach (var (group, bytes) in new[] { (CollectiveGroup.World, gradients.Fixed), (CollectiveGroup.ExpertReplicas, gradients.PerExpert * experts) })
            if (Size(group) > 1 && bytes > 0 && gradientSlots.TryGetValue(group, out int slot))
                yield return Added($"gradients of {name} over {group}", StepPhase.Backward, Part(CollectiveKind.ReduceScatter, group, bytes), [slot], [reducedSlots[group]]);
    }

    private CollectiveWork Part(CollectiveKind kind, CollectiveGroup group, long bytes) => new(kind, group, new(ScaleMemory.Up(bytes, Size(group))));

    private int Size(CollectiveGroup group) => group == CollectiveGroup.World ? data : replicas;

    private Amount Share(Amount amount) => new(ScaleMemory.Up(amount.Fixed, data) + ScaleMemory.Up(amount.PerExpert * experts, replicas));

    private List<TimedNode> Numbered(IReadOnlyList<TimedNode> region, IReadOnlyList<int> reads) =>
        [.. region.Select(node => node is TimedLoop loop ? loop with { Body = Numbered(loop.Body, reads) } : (TimedNode)Numbered((TimedOp)node with { Reads = [.. ((TimedOp)node).Reads, .. reads] }))];

    private TimedOp Numbered(TimedOp op) => op with { Index = next++ };

    private TimedOp Added(string name, StepPhase phase, CollectiveWork? collective, IReadOnlyList<int> reads, IReadOnlyList<int> writes) =>
        Numbered(new TimedOp(name) { Phase = phase, Collective = collective, Reads = reads, Writes = writes });

    private static IEnumerable<TimedOp> Ops(IEnumerable<TimedNode> nodes) => nodes.SelectMany(node => node is TimedLoop loop ? Ops(loop.Body) : [(TimedOp)node]);
}
