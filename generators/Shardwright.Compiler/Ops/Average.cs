using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>A reduced sum divided by the number of elements of a second tensor, over all ranks: the denominator is global by construction.</summary>
public sealed record Average : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
        node.Output.Type = TensorType.Scalar;
        if (node.Inputs.Count == 2)
        {
            // Only the shape of the second operand counts; dropping it as an input ends its lifetime.
            node.Denominator = node.Input(1).Type.Elements;
            node.Inputs.RemoveAt(1);
        }
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        if (gradients.ConstantOf(node.Output) is { } constant)
            gradients.PassConstant(node.Input(0), constant * (1.0 / node.Denominator));
        else
            gradients.Emit(new Scale(1.0 / node.Denominator), node.Input(0), [gradients.Of(node.Output)!]);
    }

    public override void Print(Node node, StatementPrinter print) => print.Kernel(node, "Scale", [node.Input(0), StatementPrinter.Number(1.0 / node.Denominator), node.Output]);
}
