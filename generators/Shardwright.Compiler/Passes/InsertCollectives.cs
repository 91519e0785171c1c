using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// A partial sum that is consumed is reduced first, whatever consumes it: adding two partial sums before the reduction would be another order of summation than one rank uses.
/// Gradients of parameters are not consumed here; <see cref="CollectGradients"/> reduces them together.
/// </summary>
public static class InsertCollectives
{
    public static void Run(Region program, DeviceMesh mesh)
    {
        var reduced = new Dictionary<Value, Value>();
        Visit(program);

        void Visit(Region region)
        {
            for (int i = 0; i < region.Nodes.Count; i++)
            {
                var node = region.Nodes[i];
                for (int k = 0; k < node.Inputs.Count; k++)
                    node.Inputs[k] = Reduce(node.Inputs[k], region, ref i);
                if (node.Accumulated is not null)
                    node.Accumulated = Reduce(node.Accumulated, region, ref i);
                foreach (var carried in node.Carried)
                {
                    carried.Initial = Reduce(carried.Initial, region, ref i);
                    // Every iteration starts from the sum, or from an end that is reduced as well.
                    carried.Start.Sharding = carried.Result.Sharding = carried.Initial.Sharding;
                }
                if (node.Body is not null)
                {
                    Visit(node.Body);
                    foreach (var carried in node.Carried)
                    {
                        int end = node.Body.Nodes.Count;
                        carried.End = Reduce(carried.End, node.Body, ref end);
                    }
                }
                foreach (var output in node.Outputs.Where(_ => node.Body is null && node.Accumulated is not null))
                    output.Sharding = output.Sharding.Reduced();
            }
        }

        Value Reduce(Value value, Region consumer, ref int position)
        {
            if (reduced.TryGetValue(value, out var done))
                return done;
            if (!value.Sharding.IsPartial)
                return value;
            // Right after the producer, so that every consumer sees the sum; a value that leaves a loop is reduced as a whole stack, where it is first read.
            bool escapes = !consumer.IsInside(value.Region!);
            var home = escapes ? consumer : value.Region!;
            var node = new Node(new AllReduce(value.Sharding.PartialGroup(mesh)), [value], value.Source);
            var sum = home.Define(node, value.Name, value.Type);
            sum.Sharding = value.Sharding.Reduced();
            sum.RequiresGradient = value.RequiresGradient;
            home.Nodes.Insert(escapes ? position : home.Nodes.IndexOf(value.Producer!) + 1, node);
            if (home == consumer)
                position++;
            reduced.Add(value, sum);
            return sum;
        }
    }
}
