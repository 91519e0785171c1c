using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// <c>[Recompute]</c>: what the adjoint statements of a call read of the call's own activations, they read from statements that compute it again, each before its first reader and in the adjoint of the loop or of the experts' turns in which it was
/// first computed. Read again is what enters the call, what its loops carry, parameters, and the results of statements that must not run twice (<see cref="Op.CanRecompute"/>). A value that something outside of the call needs in the backward pass
/// is kept anyway, and then kept for all; so is a statistic of which nothing else is needed, because it is small. Runs when products are fused, so that the same kernels run with the same operands, and give the same bits.
/// </summary>
public sealed class RecomputeActivations
{
    readonly Region root;
    readonly HashSet<Node> forward;
    readonly HashSet<Value> kept = [], needed = [];
    readonly Dictionary<Value, Value> again = [];
    readonly Dictionary<Region, int> positions = [];

    RecomputeActivations(Region root, int turn)
    {
        this.root = root;
        forward = [.. root.Nodes.Take(turn).SelectMany(n => n.Body is null ? [n] : n.Body.Walk().Prepend(n))];
    }

    public static void Run(Region root)
    {
        int turn = root.Nodes.FindIndex(n => n.Op is Ops.BeginBackward);
        if (turn < 0 || root.Walk().All(n => n.Call is null))
            return;
        var pass = new RecomputeActivations(root, turn);
        pass.Decide([.. root.Nodes.Skip(turn).SelectMany(n => n.Body is null ? [n] : n.Body.Walk().Prepend(n))]);
        pass.Redirect(root, turn);
    }

    /// <summary>What is kept and what is computed again. To keep one value more may spare others, so until nothing changes.</summary>
    void Decide(List<Node> backward)
    {
        int before;
        do
        {
            before = kept.Count;
            needed.Clear();
            foreach (var node in backward)
                foreach (var value in node.Reads.Concat(node.Carried.Select(c => c.End)))
                    Demand(value, node.Call);
            foreach (var statistics in needed.GroupBy(v => v.Producer!).Where(g => g.All(v => g.Key.Op.IsStatistic(g.Key.Outputs.IndexOf(v)))))
                kept.UnionWith(statistics);
        }
        while (kept.Count > before);
    }

    void Demand(Value value, RecomputedCall? reader)
    {
        if (value.Producer is not { } producer || !forward.Contains(producer))
            return;
        if (producer.Body is not null || producer.Call is null || producer.Call != reader || !producer.Op.CanRecompute)
            kept.Add(value);
        if (!kept.Contains(value) && needed.Add(value))
            foreach (var input in producer.Reads)
                Demand(input, reader);
    }

    void Redirect(Region region, int start)
    {
        for (positions[region] = start; positions[region] < region.Nodes.Count; positions[region]++)
        {
            var node = region.Nodes[positions[region]];
            for (int i = 0; i < node.Inputs.Count; i++)
                node.Inputs[i] = Again(node.Inputs[i], region);
            if (node.Body is not null)
                Redirect(node.Body, 0);
        }
    }

    /// <summary>The value as a statement of the backward pass reads it.</summary>
    Value Again(Value value, Region reader)
    {
        if (!needed.Contains(value) || kept.Contains(value))
            return value;
        if (again.TryGetValue(value, out var known))
            return known;
        var home = reader;
        while (home != root && home.AdjointOf != value.Region)
            home = home.Parent!;
        // Read from outside of its loop, where there is a slot for every iteration: kept as it is.
        if (home == root && value.Region != root)
            return value;
        var producer = value.Producer!;
        var inputs = producer.Inputs.Select(v => Again(v, home)).ToList();
        var node = new Node(producer.Op, inputs, producer.Source) { Precision = producer.Precision, Denominator = producer.Denominator, Call = producer.Call, IsRecomputed = true };
        node.Fused.AddRange(producer.Fused);
        foreach (var output in producer.Outputs)
        {
            var copy = home.Define(node, output.Name, output.Type);
            (copy.IsNamed, copy.Sharding, copy.Repeats) = (output.IsNamed, output.Sharding, output);
            again[output] = copy;
        }
        home.Nodes.Insert(positions[home]++, node);
        return again[value];
    }
}
