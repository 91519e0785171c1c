using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>An element-wise function by its name in <c>Nn</c>: Silu, Gelu, Relu (gradient from the input); Sigmoid, Tanh, Exp, Reciprocal (gradient from the output).</summary>
public sealed record Activation(string Function) : Unary
{
    public static readonly string[] Names = ["Silu", "Gelu", "Relu", "Sigmoid", "Tanh", "Exp"];

    public override string Name => $"Nn.{Function}";

    public bool NeedsOutput => Function is "Sigmoid" or "Tanh" or "Exp" or "Reciprocal";

    public override void Differentiate(Node node, GradientBuilder gradients) =>
        gradients.Emit(new ActivationGradient(Function), node.Input(0), [NeedsOutput ? node.Output : node.Input(0), gradients.Of(node.Output)!]);

    public override bool CanGroup(Node node) => true;

    public override OpWork Cost(Node node, CostRule cost) => cost.Stream(node) with { VectorElements = default, ScalarElements = cost.Elements(node.Output) };

    public override void Print(Node node, StatementPrinter print) => print.Kernel(node, Function, [node.Input(0), node.Output]);
}

/// <summary>dx = f′ · dy, with f′ from the saved input or output.</summary>
public sealed record ActivationGradient(string Function) : Unary
{
    public override bool CanAccumulate => true;

    public override bool CanOverwrite(int input) => true;

    public override bool CanGroup(Node node) => true;

    public override OpWork Cost(Node node, CostRule cost) => cost.Stream(node) with { ScalarElements = new Activation(Function).NeedsOutput ? default : cost.Elements(node.Output) };

    public override void Print(Node node, StatementPrinter print) => print.Kernel(node, Function + "Gradient", [node.Input(0), node.Input(1), node.Output]);
}
