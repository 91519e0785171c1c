using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>What becomes of a sum in a program: f(a + b) = f(a) + f(b) as long as everything that is made of it is linear in it.</summary>
static class LinearUses
{
    /// <summary>The first statement that uses a sum over ranks, or what was made of it so far, non-linearly; null when none does.</summary>
    public static Node? FirstNonlinear(Value sum, IReadOnlyList<Node> program)
    {
        // The product of two sums is linear in neither: the parts of one rank would miss those of the others.
        var sums = new HashSet<Value>();
        var made = new HashSet<Value> { sum };
        foreach (var node in program)
        {
            if (node.Op is AllReduce || node.Inputs.Any(sums.Contains))
                sums.UnionWith(node.Outputs);
            if (!node.Inputs.Any(made.Contains))
                continue;
            if (!IsLinear(node, made, sums))
                return node;
            made.UnionWith(node.Outputs);
        }
        return null;
    }

    /// <summary>The parameter whose gradient a value becomes a part of, through transposes and reshapes; null when something else reads it.</summary>
    public static ParameterDeclaration? GradientOf(Value value, IReadOnlyDictionary<Value, Node> readers)
    {
        while (readers.TryGetValue(value, out var consumer))
        {
            if (consumer.Op is AddToGradient add)
                return add.Parameter;
            if (consumer.GradientOf is { } parameter)
                return parameter;
            if (consumer.Op is not Transpose && !consumer.Op.IsView)
                return null;
            value = consumer.Output;
        }
        return null;
    }

    /// <summary>The first reader of every value that has one.</summary>
    public static IReadOnlyDictionary<Value, Node> Readers(IReadOnlyList<Node> program)
    {
        var readers = new Dictionary<Value, Node>();
        foreach (var node in program)
            foreach (var value in node.Reads)
                if (!readers.ContainsKey(value))
                    readers.Add(value, node);
        return readers;
    }

    static bool IsLinear(Node node, HashSet<Value> made, HashSet<Value> sums) => node.Op switch
    {
        Add or Subtract or Scale or Shift or Average or Copy or Accumulate or Sum or Transpose or TakeColumns or PlaceColumns or Concat or Fill => true,
        ReportLoss or ReportAuxiliary or ReportQuantiles or WriteOutput or AllReduce or AddToGradient => true,
        Multiply or MatMul or BatchMatMul => node.Inputs.Count(sums.Contains) == 1,
        Divide => !made.Contains(node.Input(1)),
        _ => node.Op.IsView || node.Body is not null,
    };
}
