using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes;

/// <summary>silu(a) · b becomes one op before gradients are taken, so that silu(a) is neither stored nor saved.</summary>
public static class FuseGates
{
    public static void Run(Region root)
    {
        var order = new ProgramOrder(root);
        foreach (var node in root.Walk().Where(n => n.Op is Multiply).ToList())
            for (int k = 0; k < 2; k++)
                if (node.Input(k).Producer is { Op: Activation { Function: "Silu" } } silu && silu.Output.Region == node.Output.Region && order.Uses(silu.Output).Count == 1
                    && node.Input(0).Type == node.Input(1).Type)
                {
                    var (gate, up) = (silu.Input(0), node.Input(1 - k));
                    node.Op = new SiluGate();
                    node.Inputs.Clear();
                    node.Inputs.AddRange([gate, up]);
                    node.Fused.Add("SiLU · gate");
                    break;
                }
    }
}
