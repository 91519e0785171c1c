using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// In the backward pass of experts, gradients of matrices run behind the statements that lead to the rows which go back to the tokens' ranks, so that they hide that exchange. Only those between the last products of these rows: before that there are
/// element-wise statements, and while they keep the vector engine busy, a gradient of a matrix has the tensor engine for itself.
/// </summary>
public static class SendRowsFirst
{
    public static void Run(Region root)
    {
        foreach (var loop in root.Walk().Where(n => n.Op is ExpertLoop && n.Body!.AdjointOf is not null).ToList())
        {
            var nodes = loop.Body!.Nodes;
            int last = nodes.FindLastIndex(n => n.Outputs.Any(v => IsReadOutside(v, loop)));
            var leading = Leading(nodes, last);
            int first = nodes.FindLastIndex(Math.Max(0, last), n => leading.Contains(n) && n.Op is not MatMul) + 1;
            var later = nodes.Skip(first).Take(last - first).Where(n => !leading.Contains(n)).ToList();
            nodes.RemoveAll(later.Contains);
            nodes.InsertRange(last + 1 - later.Count, later);
        }

        bool IsReadOutside(Value value, Node loop) => loop.Body!.Parent!.Nodes.Any(n => n != loop && n.Reads.Contains(value));
    }

    /// <summary>The statement at <paramref name="last"/> and all before it whose results it depends on.</summary>
    static HashSet<Node> Leading(List<Node> nodes, int last)
    {
        var leading = new HashSet<Node>();
        for (int i = last; i >= 0; i--)
            if (i == last || nodes[i].Outputs.Any(v => leading.Any(n => n.Reads.Contains(v))))
                leading.Add(nodes[i]);
        return leading;
    }
}
