using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Passes;

/// <summary>Drops nodes that nobody reads, such as a transpose that was folded into a product. What closes a frame on the routed stack stays: the stack must balance.</summary>
public static class RemoveUnused
{
    public static void Run(Region root)
    {
        bool changed;
        do
        {
            var read = new HashSet<Value>(root.Walk().SelectMany(n => n.Reads.Concat(n.Carried.Select(c => c.End))));
            changed = Prune(root, read);
        }
        while (changed);
    }

    static bool Prune(Region region, HashSet<Value> read)
    {
        int count = region.Nodes.RemoveAll(n => n.Body is null && n.GradientOf is null && n.Op is not Return && n.Outputs.Count > 0 && !n.Outputs.Any(read.Contains));
        return region.Nodes.Where(n => n.Body is not null).Aggregate(count > 0, (changed, n) => Prune(n.Body!, read) | changed);
    }
}
