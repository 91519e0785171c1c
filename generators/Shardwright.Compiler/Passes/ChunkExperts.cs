using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Divides the experts of a rank into parts that run one behind the other, each with an exchange of rows of its own, so that exchanges hide behind the products of other parts. Only the clock and the printer do anything about it: values, storage and
/// sums are those of one part. Runs on a checked program, for experts that run as one group.
/// </summary>
public static class ChunkExperts
{
    public static void Run(Region root, Machine machine, MeshPlacement mesh)
    {
        var chunks = new Dictionary<int, int>();
        foreach (var loop in root.Walk().Where(n => n.Op is ExpertLoop { Grouped: true }).ToList())
        {
            var op = (ExpertLoop)loop.Op;
            // The forward pass comes first, and its products say what the layer is made of.
            if (!chunks.TryGetValue(op.Site.Index, out int count))
                chunks[op.Site.Index] = count = Number(op.Site, root, machine, mesh, op.Site.Dispatch);
            if (count == 1)
                continue;
            var (dispatch, back) = Around(loop);
            loop.Op = op with { Chunks = count };
            dispatch.Op = ((Dispatch)dispatch.Op) with { Chunks = count };
            back.Op = ((Return)back.Op) with { Chunks = count };
        }
    }

    /// <summary>The exchanges that bring rows to a group's experts and take them back.</summary>
    public static (Node Dispatch, Node Return) Around(Node loop)
    {
        var nodes = loop.Body!.Parent!.Nodes;
        int site = ((ExpertLoop)loop.Op).Site.Index, at = nodes.IndexOf(loop);
        return (nodes.Take(at).Last(n => n.Op is Dispatch d && d.Site.Index == site), nodes.Skip(at).First(n => n.Op is Return r && r.Site.Index == site));
    }

    /// <summary>Parts of a group on a mesh: as asked for, as far as a rank has experts; or as many as are fastest.</summary>
    public static int Number(ExpertSite site, Region root, Machine machine, MeshPlacement mesh, string dispatch)
    {
        if (mesh.Expert == 1 || dispatch is "Gathered" or "Once")
            return 1;
        if (site.Chunks > 0)
            return Math.Min(site.Chunks, site.Experts / mesh.Expert);
        var logits = root.Walk().First(n => n.Op is Route route && route.Site.Index == site.Index).Input(0).Type;
        var experts = root.Walk().First(n => n.Op is ExpertLoop loop && loop.Site.Index == site.Index).Body!;
        var shape = ExpertSizes.Of(experts, site, checked((int)(logits.Elements / logits.Last / mesh.Data)));
        return shape is null ? 1 : ChunkChoice.Fastest(machine, mesh, shape, site.Experts, dispatch == "Padded" ? RowExchange.Padded : RowExchange.Variable);
    }
}
