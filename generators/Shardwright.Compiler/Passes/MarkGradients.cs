using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Passes;

/// <summary>Marks every value through which a trainable parameter can be reached.</summary>
public static class MarkGradients
{
    public static void Run(Region region)
    {
        foreach (var node in region.Nodes)
        {
            foreach (var parameter in node.Reads.Concat(node.Carried.Select(c => c.End)).Where(v => v.Parameter is { Frozen: false, IsState: false }))
                parameter.RequiresGradient = true;
            if (node.Op is Loop)
            {
                // A carried value may become trainable only at the end of the first iteration: the second walk sees it from the start.
                for (int walk = 0; walk < 2; walk++)
                {
                    foreach (var carried in node.Carried)
                        carried.Start.RequiresGradient |= carried.Initial.RequiresGradient || carried.End.RequiresGradient;
                    Run(node.Body!);
                }
                foreach (var carried in node.Carried)
                    carried.Result.RequiresGradient = carried.Start.RequiresGradient |= carried.End.RequiresGradient;
            }
            else if (node.Body is not null)
                Run(node.Body);
            // Gradients leave an expert group by the exchange that closes its frame on the routed stack, so they do even where nobody waits for them: in front of the group there may be no parameter.
            else if (node.Op.IsDifferentiable && (node.Op is Permute || node.Inputs.Any(v => v.RequiresGradient)))
                foreach (var output in node.Outputs)
                    output.RequiresGradient = output.Type.Element == ElementType.Float32;
        }
    }
}
