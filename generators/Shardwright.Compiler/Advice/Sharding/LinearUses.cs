using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>What becomes of a sum in a program: f(a + b) = f(a) + f(b) as long as everything that is made of it is linear in it.</summary>
static class LinearUses
{
    /// <summary>The first statement that uses a value, or what was made of it so far, non-linearly; null when none does.</summary>
    public static Node? FirstNonlinear(Value sum, IReadOnlyList<Node> program)
    {
        var made = new HashSet<Value> { sum };
        foreach (var node in program)
            if (node.Inputs.Any(made.Contains))
            {
                if (!IsLinear(node, made))
                    return node;
                foreach (var output in node.Outputs)
                    made.Add(output);
            }
        return null;
    }

    static bool IsLinear(Node node, HashSet<Value> made) => node.Op switch
    {
        Add or Subtract or Scale or Shift or Average or Copy or Accumulate or Sum or Transpose or TakeColumns or PlaceColumns or Concat or Fill => true,
        ReportLoss or ReportAuxiliary or WriteOutput or AllReduce or AddToGradient => true,
        Multiply or MatMul or BatchMatMul => node.Inputs.Count(made.Contains) == 1,
        Divide => !made.Contains(node.Input(1)),
        _ => node.Op.IsView || node.Body is not null,
    };
}
