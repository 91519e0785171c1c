using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// With <c>Dispatch.Once</c>, lets a token travel once to each rank that has some of its experts, forward and, as its gradient, backward: copies are made, and gates multiplied, where the experts are. What comes back from experts travels copy by copy, so
/// that the sum over a token's experts keeps its one order. Runs last, on a program that has been checked: rows are copied elsewhere, and have the bits that they had.
/// </summary>
public static class SendOnce
{
    public static void Run(Region root, DeviceMesh mesh)
    {
        if (mesh.Expert == 1)
            return;
        foreach (var dispatch in root.Walk().Where(n => n.Op is Dispatch { Site.Dispatch: "Once" }).ToList())
            if (dispatch.Input(0).Producer is { } producer && producer.Op is Permute or CombineGradient && root.Walk().Count(n => n.Reads.Contains(dispatch.Input(0))) == 1)
                Run(dispatch, producer, mesh.Expert);
    }

    static void Run(Node dispatch, Node producer, int ranks)
    {
        var (op, sent, received) = ((Dispatch)dispatch.Op, dispatch.Input(0), dispatch.Output);
        var site = op.Site;
        Value rows = producer.Input(0), slots = producer.Op is Permute ? producer.Input(1) : producer.Input(2);
        // Nothing to gain with one expert a token, and little where a gradient in float32 would travel in place of copies that are rounded to bfloat16.
        if (site.TopK == 1 || rows.ElementBytes > sent.ElementBytes)
            return;
        var region = received.Region!;
        double share = DispatchTraffic.OnceShare(site.Experts, site.TopK, ranks, site.Router.Groups, site.Router.KeptGroups);
        var numbers = Insert(new NumberRows(site) { Opens = op.IsOpen ? null : op }, "rowNumbers", Sharding.Batch, slots, dispatch.Input(1));
        if (op.Backward)
        {
            numbers.Producer!.Inputs.Add(producer.Input(3));
            numbers.Producer.Op.InferShapes(numbers.Producer, new());
        }
        var places = Insert(new SendNumbers(site, op.Backward), "places", Sharding.RoutedRows, numbers, dispatch.Input(1));
        var once = Insert(new PermuteOnce(site, share, Math.Min(site.TopK, ranks)), op.Backward ? "d_sentOnce" : "sentOnce", Sharding.Batch, rows, slots, numbers);
        region.Nodes.Remove(producer);
        (dispatch.Op, dispatch.Inputs[0]) = (op with { Once = true, IsOpen = true }, once);
        dispatch.Outputs.Clear();
        var arrived = region.Define(dispatch, "arrived", received.Type);
        (arrived.Sharding, arrived.Format, once.Format) = (Sharding.RoutedRows, rows.Format, rows.Format);
        var spread = new Node(new SpreadRows(site, op.Backward), [arrived, places], dispatch.Source);
        spread.Outputs.Add(received);
        received.Producer = spread;
        region.Nodes.Insert(region.Nodes.IndexOf(dispatch) + 1, spread);
        if (op.Backward)
        {
            // Behind the exchange, which hides it.
            producer.Op = new GateGradient(site);
            producer.Outputs.RemoveAt(0);
            region.Nodes.Insert(region.Nodes.IndexOf(spread), producer);
        }

        Value Insert(Op made, string name, Sharding sharding, params Value[] inputs)
        {
            var node = new Node(made, inputs, producer.Source);
            var value = region.Define(node, name);
            made.InferShapes(node, new());
            value.Sharding = sharding;
            region.Nodes.Insert(region.Nodes.IndexOf(producer), node);
            return value;
        }
    }
}
