using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes.Check;

/// <summary>How often the objective reads each parameter: backwards from the loss, and from what contributes to the objective on its own, over the forward statements alone.</summary>
public sealed class GradientPlaces
{
    readonly HashSet<Value> live = [];
    readonly Dictionary<ParameterDeclaration, int> places = [];

    public static IReadOnlyDictionary<ParameterDeclaration, int> Count(Region root)
    {
        var count = new GradientPlaces();
        var forward = root.Nodes.TakeWhile(n => n.Op is not BeginBackward).ToList();
        foreach (var report in forward.Where(n => n.Op is ReportLoss))
            count.live.UnionWith(report.Inputs);
        count.Visit(forward);
        return count.places;
    }

    void Visit(IReadOnlyList<Node> nodes)
    {
        foreach (var node in nodes.Reverse())
            if (node.Op is Loop)
            {
                // The adjoint of a loop carries the gradients of all that the loop carries, if any of it counts.
                if (!node.Carried.Any(c => live.Contains(c.Result)) && !node.Body!.Walk().Any(n => n.Op.HasOwnGradient(n)))
                    continue;
                foreach (var carried in node.Carried)
                    Reach(carried.End);
                Visit(node.Body!.Nodes);
                foreach (var carried in node.Carried)
                    Reach(carried.Initial);
            }
            else if (node.Body is not null)
                Visit(node.Body.Nodes);
            else if (node.Op.IsDifferentiable && (node.Outputs.Any(live.Contains) || node.Op.HasOwnGradient(node)))
                node.Inputs.ForEach(Reach);
    }

    void Reach(Value value)
    {
        if (value.Parameter is { } parameter)
            places[parameter] = (places.TryGetValue(parameter, out int count) ? count : 0) + 1;
        else if (value.Type.Element == ElementType.Float32)
            live.Add(value);
    }
}
