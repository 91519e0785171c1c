using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Cost;

/// <summary>What lies in a rank's memory during a training step, and from which statement to which.</summary>
public sealed class BuffersOf
{
    readonly ModelPlan plan;
    readonly PlannedProgram train;
    readonly SourceComments sources;

    // Statements by position in the program, both ascending.
    readonly List<(int Position, int Index)> statements;
    readonly int backward;

    BuffersOf(ModelPlan plan, SourceComments sources)
    {
        (this.plan, this.sources, train) = (plan, sources, plan.Program(ProgramKind.Train));
        statements = [.. plan.Step!.Index.Select(pair => (Position: train.Order.Begin(pair.Key), Index: pair.Value)).OrderBy(s => s.Position)];
        backward = train.Order.Begin(train.Root.Nodes.First(node => node.Op is BeginBackward));
    }

    /// <summary>Parameters, their gradients and state, then the workspace in the order of the program, then rows at experts.</summary>
    public static IReadOnlyList<PlanBuffer> Plan(ModelPlan plan, SourceComments sources)
    {
        var all = new BuffersOf(plan, sources);
        return [.. all.Parameters(), .. all.Workspace(), .. all.Routed()];
    }

    /// <summary>How the rows of every expert group come and go.</summary>
    public static IReadOnlyList<PlanFrame> Frames(ModelPlan plan)
    {
        var train = plan.Program(ProgramKind.Train);
        return [.. plan.Sites.Select(Frame)];

        PlanFrame Frame(ExpertSite site)
        {
            var frame = train.Frame(site);
            var at = frame.Temporaries;
            return new(Of<Dispatch>(d => d.Site.Index == site.Index && !d.Backward), Of<Return>(r => r.Site.Index == site.Index && !r.Backward),
                Of<Dispatch>(d => d.Site.Index == site.Index && d.Backward), Math.Max(Of<CloseFrame>(c => c.Site.Index == site.Index && c.Backward), Of<Return>(r => r.Site.Index == site.Index && r.Backward)),
                frame.SavedBytes, frame.ForwardBytes, frame.ArrivingBytes, frame.BackwardBytes, frame.LeavingBytes, [at.Forward, at.Kept, at.Arriving, at.Backward, at.Leaving, at.Closed]);
        }

        int Of<T>(Func<T, bool> which) where T : Op => plan.Step!.Index.Where(pair => pair.Key.Op is T op && which(op)).Select(pair => (int?)pair.Value).FirstOrDefault() ?? -1;
    }

    IEnumerable<PlanBuffer> Parameters()
    {
        int last = plan.Step!.Program.Ops.Count - 1;
        foreach (var block in plan.Blocks)
        {
            var source = sources.Place(new(block.Parameter.Type, block.Parameter.Site, block.Parameter.Site));
            yield return Whole(block.Parameter.Path, MemoryClass.Weights, block.LocalBytes);
            if (!block.IsTrained)
                continue;
            yield return Whole(block.Parameter.Path, MemoryClass.Gradients, block.LocalBytes);
            yield return Whole(block.Parameter.Path, MemoryClass.Optimizer, 2 * block.LocalBytes);

            PlanBuffer Whole(string name, MemoryClass kind, long bytes) => new(name, kind, bytes, 0, 0, last) { Source = source };
        }
        if (plan.MicroGradientBytes > 0)
            yield return new("gradients of one micro-batch", MemoryClass.Gradients, plan.MicroGradientBytes, 0, 0, last);
    }

    IEnumerable<PlanBuffer> Workspace() => train.Workspace.Where(buffer => buffer.Bytes > 0).Select(buffer => Buffer(buffer, Class(buffer)) with { Bytes = buffer.Bytes });

    IEnumerable<PlanBuffer> Routed() => train.Storage.Values.Distinct().Where(buffer => buffer is { IsRouted: true, Last: >= 0 }).Select(buffer => Buffer(buffer, MemoryClass.RoutedRows) with
    {
        BytesPerRow = (int)buffer.Bytes,
        Site = SiteOf(buffer),
    }).OrderBy(buffer => buffer.First).ThenBy(buffer => buffer.Name, StringComparer.Ordinal);

    PlanBuffer Buffer(ArenaBuffer buffer, MemoryClass kind)
    {
        // A buffer's ends may lie on a loop's, where no statement is.
        int first = statements[Math.Min(Before(buffer.First), statements.Count - 1)].Index, until = Before(buffer.Last + 1);
        int last = until == 0 ? first : Math.Max(first, statements[until - 1].Index);
        var made = buffer.Members.Where(member => member.Producer is not null).OrderBy(member => member.Name == buffer.Name ? 0 : 1).FirstOrDefault()?.Producer;
        return new(buffer.Name, kind, 0, 0, first, last) { Source = made is null ? null : sources.Place(made.Source) };
    }

    /// <summary>How many statements are in front of a position.</summary>
    int Before(int position)
    {
        int low = 0, high = statements.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (statements[middle].Position < position)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    MemoryClass Class(ArenaBuffer buffer)
    {
        if (buffer.Members.Any(member => member.Producer?.Op is PullReplicas or ReplicaGradients))
            return MemoryClass.ReplicaSlots;
        if (buffer.First < backward && buffer.Last >= backward)
            return MemoryClass.SavedActivations;
        var rule = new CostRule(plan.Mesh);
        return buffer.Members.Any(member => Communicates(member.Producer) || train.Order.Uses(member).Any(use => Communicates(use.Node))) ? MemoryClass.Communication : MemoryClass.Activations;

        bool Communicates(Node? node) => node is { Body: null } && node.Op.Communicate(node, rule) is not null;
    }

    /// <summary>The expert group in whose frame, forward or backward, it lives.</summary>
    int SiteOf(ArenaBuffer buffer)
    {
        foreach (var site in plan.Sites)
        {
            var own = plan.Step!.Index.Keys.Where(node => node.Op is Dispatch { Once: false } d && d.Site.Index == site.Index || node.Op is SendNumbers s && s.Site.Index == site.Index || node.Op is Return r && r.Site.Index == site.Index).Select(train.Order.Begin).OrderBy(p => p).ToList();
            for (int pair = 0; pair + 1 < own.Count; pair += 2)
                if (buffer.First >= own[pair] && buffer.First <= own[pair + 1])
                    return site.Index;
        }
        throw new InvalidOperationException($"The rows '{buffer.Name}' belong to no expert group.");
    }
}
