using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Lets experts that run as one group be replicated: the weights of replicas are pulled, all at once, while rows are gathered for the exchange, products read them behind the rank's own, and gradients of replicas are added to their homes', those that are computed
/// behind the rows that go back after these have left. Runs last, on a program that has been checked: which rank computes a row changes no row, and a sum over an expert's rows is finished at home before anything reads it.
/// </summary>
public static class PlaceReplicas
{
    public static void Run(Region root, DeviceMesh mesh, Machine machine, GroupShape peers)
    {
        if (mesh.Expert == 1)
            return;
        var placements = new Dictionary<int, ReplicaPlacement?>();
        foreach (var region in root.Walk().Where(n => n.Op is ExpertLoop { Grouped: true }).Select(n => n.Body!).ToList())
        {
            var site = ((ExpertLoop)region.Owner!.Op).Site;
            // The forward pass comes first, and its products say what the layer is made of.
            if (!placements.TryGetValue(site.Index, out var placement))
                placements[site.Index] = placement = Placement(site, region, root, mesh, machine, peers);
            if (placement is not null)
                Run(region, site, placement);
        }
    }

    /// <summary>What a site's group does here; null where every expert stays at home: by its own choice, without slots, or because no expert can ever have as many tokens as pay for a replica.</summary>
    static ReplicaPlacement? Placement(ExpertSite site, Region region, Region root, DeviceMesh mesh, Machine machine, GroupShape peers)
    {
        if (ExpertSizes.Of(region) is not { } sizes)
            return null;
        if (site.Placement == "Exact")
            return new(site.Placement, site.Experts / mesh.Expert, 1);
        if (site.Placement == "Static" || site.Slots == 0)
            return null;
        if (site.Placement == "Auto")
            return new(site.Placement, site.Slots, 1) { Width = sizes.Width, Hidden = sizes.Hidden, Format = sizes.Format };
        long least = site.LeastTokens > 0 ? site.LeastTokens : (long)Math.Ceiling(ReplicaBreakEven.Tokens(machine, OperandFormat.Float32, bytesPerWeight: 4, peers));
        var logits = root.Walk().First(n => n.Op is Route route && route.Site.Index == site.Index).Input(0).Type;
        // An expert takes a token once.
        long most = logits.Elements / logits.Last / mesh.ExpertData;
        return least > most ? null : new(site.Placement, site.Slots, (int)least);
    }

    static void Run(Region region, ExpertSite site, ReplicaPlacement placement)
    {
        var experts = region.Owner!;
        var outer = region.Parent!.Nodes;
        var dispatch = outer.Take(outer.IndexOf(experts)).Last(n => n.Op is Dispatch d && d.Site.Index == site.Index);
        var back = outer.Skip(outer.IndexOf(experts)).First(n => n.Op is Return r && r.Site.Index == site.Index);
        var weights = new Dictionary<ParameterDeclaration, Value>();
        var reduced = region.Nodes.Where(n => n.Op is MatMul).ToLookup(n => n.Input(1).Storage.Parameter, n => n.Precision.Format);
        var (pulls, rooms, nodes, later) = (new List<Node>(), new List<Node>(), new List<Node>(), new List<Node>());
        int leaving = region.Nodes.IndexOf(back.Input(0).Producer!);
        foreach (var (node, i) in region.Nodes.Select((n, i) => (n, i)))
        {
            nodes.Add(node);
            if (node.Op is MatMul && node.Input(1).Storage.Parameter is { } read)
            {
                if (!weights.TryGetValue(read, out var pulled))
                {
                    weights[read] = pulled = Pull(read, node.Input(1), node.Source);
                    // Products round to it anyway, and twice is once.
                    if (reduced[read].All(format => format == NumberFormat.BFloat16))
                        pulled.Format = NumberFormat.BFloat16;
                }
                node.Replicas = pulled;
            }
            else if (node.Op is MatMulGradient && node.GradientOf is { } written)
            {
                var room = new Node(new ReplicaGradients(placement, written), [], node.Source);
                rooms.Add(room);
                node.Replicas = Define(room, "d_" + Naming.Camel(written.Name) + "Replicas");
                (i < leaving && ((ExpertLoop)experts.Op).Chunks == 1 ? nodes : later).Add(site.Order == "Invariant" ? new(new ContinueSums(site, written, node), [node.Replicas, .. node.Inputs], node.Source) : new(new AddReplicas(site, written), [node.Replicas], node.Source));
            }
        }
        region.Nodes.Clear();
        region.Nodes.AddRange(nodes);
        if (later.Any(n => n.Op is ContinueSums))
        {
            back.Op = ((Return)back.Op) with { KeepsFrame = true };
            later.Add(new(new CloseFrame(site, ((Return)back.Op).Backward), [], back.Source));
        }
        outer.InsertRange(outer.IndexOf(back) + 1, later);
        outer.InsertRange(outer.IndexOf(experts), rooms);
        dispatch.Op = ((Dispatch)dispatch.Op) with { IsOpen = true };
        // The gathering of rows for the exchange hides the pull.
        int gather = outer.IndexOf(dispatch.Input(0).Storage.Producer!);
        outer.InsertRange(gather < 0 ? outer.IndexOf(dispatch) : gather, pulls);

        // An exchange takes the weights of several parameters.
        Value Pull(ParameterDeclaration parameter, Value weights, SourceRef source)
        {
            if (pulls.LastOrDefault() is not { Op: PullReplicas { Parameters.Count: < PullReplicas.Most } } pull)
                pulls.Add(pull = new(new PullReplicas(site, placement) { Opens = pulls.Count == 0 ? (Dispatch)dispatch.Op : null }, [dispatch.Input(1)], source));
            var op = (PullReplicas)pull.Op;
            pull.Op = op with { Parameters = op.Parameters.Append(parameter).ToEquatable() };
            pull.Inputs.Add(weights);
            return Define(pull, Naming.Camel(parameter.Name) + "Replicas");
        }

        Value Define(Node node, string name)
        {
            var value = region.Parent!.Define(node, name);
            value.Sharding = Sharding.Replicated;
            node.Op.InferShapes(node, new());
            return value;
        }
    }
}
