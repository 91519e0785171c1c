using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Cost;

/// <summary>Numbers the statements of a training step in the order of execution and asks every op what it costs.</summary>
public sealed class TimedStepBuilder
{
    readonly ModelPlan plan;
    readonly CostRule cost;
    readonly IReadOnlyDictionary<int, int>? chunks;
    readonly Dictionary<(Value, int Chunk), int> slots = [];
    readonly Dictionary<string, int> gradientSlots = [];
    readonly Dictionary<Node, int> index = [];
    readonly Dictionary<int, Node> statements = [];
    ExpertChunk chunk;
    StepPhase phase;
    int next, slotCount;

    TimedStepBuilder(ModelPlan plan, IReadOnlyDictionary<int, int>? chunks) => (this.plan, this.chunks, cost) = (plan, chunks, new(plan.Mesh));

    /// <param name="plan">The plan.</param>
    /// <param name="chunks">Parts of a rank's experts by expert group, in the place of the program's own.</param>
    public static TimedStep Build(ModelPlan plan, IReadOnlyDictionary<int, int>? chunks = null) => new TimedStepBuilder(plan, chunks).Build();

    TimedStep Build()
    {
        var train = plan.Program(ProgramKind.Train);
        foreach (var loop in train.Root.Walk())
            foreach (var carried in loop.Carried)
                Unite(carried.Initial, carried.Start, carried.End, carried.Result);

        var step = new List<TimedNode>();
        if (plan.LossWeights >= 0)
            step.Add(Collective("loss weights", CollectiveGroup.World, new(4L * plan.MicroBatches), []));
        var body = Region(train.Root, -1);
        phase = StepPhase.Update;
        int reductions = next;
        foreach (var range in plan.Reductions)
            body.Add(Collective($"gradients over {range.Group}", CostRule.GroupOf(range.Group), Gradients(p => p.Group == range.Group), [GradientSlot(range.Group)]));
        int accumulation = plan.MicroGradientBytes > 0 ? next : -1;
        if (accumulation >= 0)
            body.Add(Streamed("gradients of all micro-batches", read: Gradients(_ => true) * 2, written: Gradients(_ => true)));
        step.Add(new TimedLoop("microBatch", plan.MicroBatches, body) { IsMicroBatches = true });
        int update = next;
        step.Add(Streamed("squared gradient norms", read: Gradients(_ => true), written: default));
        step.Add(Collective("sum of squared gradient norms", CollectiveGroup.World, new(4L * plan.Blocks.Where(b => b.IsTrained).Sum(b => b.Parameter.Instances * Math.Max(1, b.Parameter.Experts))), AllGradients()));
        // AdamW reads weight, gradient and two moments and writes all but the gradient; about ten operations an element.
        step.Add(Streamed("AdamW", read: Gradients(_ => true) * 4, written: Gradients(_ => true) * 3, vectorPasses: 10));
        return new(new(step, [.. plan.Sites.Select(Site)], slotCount), index, statements, reductions, accumulation, update);
    }

    List<TimedNode> Region(Region region, int site)
    {
        var nodes = new List<TimedNode>();
        foreach (var node in region.Nodes)
        {
            if (node.Op is BeginBackward)
                phase = StepPhase.Backward;
            if (node.Op is Loop loop)
                nodes.Add(new TimedLoop(loop.Variable, loop.List.Count, Region(node.Body!, site)) { IsBackward = loop.Backward, Weights = OfLayer(loop.List, _ => true), Gradients = OfLayer(loop.List, b => b.IsTrained) });
            else if (node.Op is ExpertLoop experts)
                nodes.AddRange(Experts(node, experts));
            else if (node.Op is Dispatch dispatch)
                nodes.AddRange(Parts(Chunks(dispatch.Site, dispatch.Chunks)).Select(_ => Statement(node, site)));
            else if (node.Op is not Return back || Chunks(back.Site, back.Chunks) == 1)
                nodes.Add(Statement(node, site));
        }
        return nodes;
    }

    /// <summary>The experts of a rank; where they run in parts, each part's rows go back behind it.</summary>
    List<TimedNode> Experts(Node node, ExpertLoop experts)
    {
        var nodes = new List<TimedNode>();
        int count = Chunks(experts.Site, experts.Chunks);
        foreach (var _ in Parts(count))
        {
            nodes.AddRange(Region(node.Body!, experts.Site.Index));
            if (count > 1)
                nodes.Add(Statement(ChunkExperts.Around(node).Return, experts.Site.Index));
        }
        return nodes;
    }

    IEnumerable<int> Parts(int count)
    {
        for (int part = 0; part < count; part++)
        {
            chunk = count == 1 ? default : new(part, count);
            yield return part;
        }
        chunk = default;
    }

    int Chunks(ExpertSite site, int planned) => chunks is not null && chunks.TryGetValue(site.Index, out int other) ? other : planned;

    TimedOp Statement(Node node, int site)
    {
        if (!index.ContainsKey(node))
            index[node] = next;
        statements[next] = node;
        string name = (node.Outputs.Count > 0 ? $"{node.Output.Name} = {node.Op.Name}" : node.Op.Name) + (chunk.IsWhole ? "" : $", part {chunk.Index + 1} of {chunk.Count}");
        return new(name)
        {
            Index = next++,
            Phase = phase,
            IsRecomputed = node.IsRecomputed,
            Work = node.Op.Communicate(node, cost) is null ? node.Op.Cost(node, cost) : OpWork.None,
            Collective = node.Op.Communicate(node, cost),
            Site = node.Op is IExchanges exchange ? exchange.Site.Index : site,
            Chunk = chunk,
            Reads = [.. node.Reads.SelectMany(Slots).Distinct()],
            Writes = [.. node.Outputs.Concat(node.GradientOf is not null && node.Replicas is { } replicas ? [replicas] : []).SelectMany(Slots).Concat(GradientsWritten(node)).Distinct()],
        };
    }

    IEnumerable<int> GradientsWritten(Node node)
    {
        var parameter = node.GradientOf ?? (node.Op as AddToGradient)?.Parameter ?? (node.Op as AddReplicas)?.Parameter ?? (node.Op as ContinueSums)?.Parameter;
        return parameter is null ? [] : [GradientSlot(plan.Blocks[parameter.Slot].Group ?? "")];
    }

    TimedOp Collective(string name, CollectiveGroup group, Amount bytes, IReadOnlyList<int> slots) =>
        new(name) { Index = next++, Phase = phase, Collective = new(CollectiveKind.AllReduce, group, bytes), Site = ExpertSite(bytes), Reads = slots, Writes = slots };

    TimedOp Streamed(string name, Amount read, Amount written, int vectorPasses = 1)
    {
        var elements = Gradients(_ => true);
        elements = new(elements.Fixed / 4 * vectorPasses, 0, elements.PerExpert / 4 * vectorPasses);
        return new(name)
        {
            Index = next++,
            Phase = phase,
            Work = new() { ReadBytes = read, WriteBytes = written, VectorElements = elements },
            Site = ExpertSite(elements),
            Reads = AllGradients(),
            Writes = AllGradients(),
        };
    }

    /// <summary>Bytes of the gradients that a rank holds. Experts of all sites count as one site's: their numbers on a rank are in one proportion whatever the mesh.</summary>
    Amount Gradients(Func<ParameterBlock, bool> which) => Bytes(b => b.IsTrained && which(b), 1);

    /// <summary>Bytes of the parameters in one iteration of an outermost loop over layers.</summary>
    Amount OfLayer(RepeatedList list, Func<ParameterBlock, bool> which) => Bytes(b => b.Parameter.Loops.FirstOrDefault() == list && which(b), list.Count);

    Amount Bytes(Func<ParameterBlock, bool> which, int layers)
    {
        Amount sum = default;
        int experts = plan.Sites.Count == 0 ? 1 : plan.Sites[0].Experts;
        foreach (var block in plan.Blocks.Where(which))
        {
            var p = block.Parameter;
            long bytes = 4 * p.Elements * p.Instances / layers;
            sum += p.Experts == 0 ? new(bytes) : new Amount(0, 0, bytes * p.Experts / experts);
        }
        return sum;
    }

    int ExpertSite(Amount amount) => amount.PerExpert > 0 ? 0 : -1;

    IReadOnlyList<int> AllGradients() => [.. plan.Blocks.Where(b => b.IsTrained).Select(b => GradientSlot(b.Group ?? "")).Distinct()];

    int GradientSlot(string group) => gradientSlots.TryGetValue(group, out int slot) ? slot : gradientSlots[group] = slotCount++;

    /// <summary>A value of experts that run in parts has a slot for each: a statement of a part reads that part, one of all experts reads them all.</summary>
    IEnumerable<int> Slots(Value value)
    {
        var root = value.Storage;
        int count = root.Region?.Owner?.Op is ExpertLoop loop ? Chunks(loop.Site, loop.Chunks) : root.Producer?.Op switch
        {
            Dispatch dispatch => Chunks(dispatch.Site, dispatch.Chunks),
            Return back => Chunks(back.Site, back.Chunks),
            _ => 1,
        };
        return count == 1 ? [Slot(root, 0)] : chunk.IsWhole ? Enumerable.Range(0, count).Select(part => Slot(root, part)) : [Slot(root, chunk.Index)];
    }

    int Slot(Value root, int part) => slots.TryGetValue((root, part), out int slot) ? slot : slots[(root, part)] = slotCount++;

    /// <summary>What a loop hands on is one value for the clock.</summary>
    void Unite(params Value[] values)
    {
        int slot = values.Select(v => slots.TryGetValue((v.Storage, 0), out int known) ? known : -1).Max();
        if (slot < 0)
            slot = slotCount++;
        foreach (var value in values)
            slots[(value.Storage, 0)] = slot;
    }

    TimedSite Site(Ops.Routing.ExpertSite site)
    {
        // A group that nothing calls routes nothing.
        var route = plan.Program(ProgramKind.Train).Root.Walk().FirstOrDefault(n => n.Op is Route r && r.Site.Index == site.Index);
        var timed = new TimedSite(site.Path, site.Experts, site.TopK, site.Layers, route is null ? 0 : cost.RowCount(route.Input(0)).Fixed)
        {
            IsGrouped = plan.Program(ProgramKind.Train).Root.Walk().Any(n => n.Op is ExpertLoop { Grouped: true } loop && loop.Site.Index == site.Index),
            Groups = site.Router.Groups,
            KeptGroups = site.Router.KeptGroups,
            MostCopies = route is null ? null : RoutedRows.Most(route, plan.Mesh),
        };
        return plan.PlacementOf(site) is { } placement ? timed with { Placement = placement.Kind, Slots = placement.Slots, LeastTokens = placement.LeastTokens } : timed;
    }
}
