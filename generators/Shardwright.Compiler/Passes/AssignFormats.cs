using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Decides what is stored in bfloat16: activations, and their gradients, of modules with a format below float32. Statistics, gates, losses, parameters and their gradients stay float32. Values that share storage, or
/// move from one place to another unchanged, have one format: bfloat16 only if all of them may.
/// </summary>
public sealed class AssignFormats
{
    readonly Dictionary<Value, Value> parents = [];
    readonly HashSet<Value> wide = [], narrow = [];
    int sites;

    public static void Run(Region root)
    {
        var pass = new AssignFormats();
        int turn = root.Nodes.FindIndex(n => n.Op is BeginBackward);
        var forward = turn < 0 ? root.Nodes : root.Nodes.Take(turn);
        pass.Decide(forward.SelectMany(Walk).ToList());
        // A gradient has the format of the value it belongs to, which is known now.
        if (turn >= 0)
            pass.Decide(root.Nodes.Skip(turn).SelectMany(Walk).ToList());
    }

    static IEnumerable<Node> Walk(Node node) => node.Body is null ? [node] : node.Body.Walk().Prepend(node);

    void Decide(List<Node> nodes)
    {
        foreach (var node in nodes)
        {
            foreach (var carried in node.Carried)
            {
                Unite(carried.Initial, carried.Start);
                Unite(carried.End, carried.Start);
                Unite(carried.Result, carried.Start);
            }
            if (node.Accumulated is { } accumulated)
                Unite(accumulated, node.Output);
            if (node.Op.KeepsFormat)
                foreach (var input in node.Inputs.Where(v => v.Type.Element == ElementType.Float32 && v.Type.Rows != RowKind.None))
                    Unite(input, node.Output);
            foreach (var input in node.Reads.Where(v => v.Parameter is not null || v.Input is not null))
                wide.Add(input);
            for (int i = 0; i < node.Outputs.Count && node.Body is null; i++)
                if (!node.Op.KeepsFormat)
                    (IsNarrow(node, i) ? narrow : wide).Add(node.Outputs[i]);
        }
        var wideRoots = new HashSet<Value>(wide.Select(Find));
        var narrowRoots = new HashSet<Value>(narrow.Select(Find));
        foreach (var value in nodes.SelectMany(n => n.Outputs.Concat(n.Carried.Select(c => c.Start))))
            value.Format = value.Repeats is { } original ? original.Format : narrowRoots.Contains(Find(value)) && !wideRoots.Contains(Find(value)) ? NumberFormat.BFloat16 : NumberFormat.Float32;
        Number(nodes.Where(n => n.Body is null));
    }

    void Number(IEnumerable<Node> nodes)
    {
        // What is computed again is rounded by the same random bits, and takes no numbers from the others.
        foreach (var value in nodes.Where(n => !n.Op.KeepsFormat).SelectMany(n => n.Outputs).Where(v => v.Format == NumberFormat.BFloat16))
            value.RoundingSite = value.Repeats is { } original ? original.RoundingSite : sites++;
    }

    static bool IsNarrow(Node node, int output)
    {
        var value = node.Outputs[output];
        if (value.Type.Element != ElementType.Float32 || value.Type.Rows == RowKind.None || node.GradientOf is not null || node.Op.IsStatistic(output))
            return false;
        return value.Primal is { Parameter: null } primal ? primal.Format == NumberFormat.BFloat16 : node.Precision.IsLow;
    }

    Value Find(Value value)
    {
        while (parents.TryGetValue(value, out var parent))
            value = parent;
        return value;
    }

    void Unite(Value a, Value b)
    {
        Value first = Find(a), second = Find(b);
        if (first != second)
            parents[first] = second;
    }
}
