using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Runs all experts of a rank statement by statement instead of expert by expert where every statement has such a form: products take one matrix a group of rows, element-wise ops do not care whose row it is.
/// A few large kernels keep all threads busy however uneven the experts are. The bits are the same.
/// </summary>
public static class GroupExperts
{
    public static void Run(Region root)
    {
        foreach (var node in root.Walk().Where(n => n.Op is ExpertLoop).ToList())
            if (node.Body!.Nodes.All(CanGroup))
                node.Op = ((ExpertLoop)node.Op) with { Grouped = true };
    }

    public static bool CanGroup(Node node) => node.Body is null && node.Op.CanGroup(node) && !node.Precision.Stochastic;
}
