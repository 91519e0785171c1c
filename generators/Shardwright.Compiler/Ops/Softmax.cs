using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>Softmax over the last dimension.</summary>
public sealed record Softmax : Unary
{
    public override string Name => "Nn.Softmax";

    public override bool CanOverwrite(int input) => false;

    public override void Differentiate(Node node, GradientBuilder gradients) => gradients.Emit(new SoftmaxGradient(), node.Input(0), [node.Output, gradients.Of(node.Output)!]);

    // Maximum, sum and scaling on the vector engine, the exponential on the scalar engine.
    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 3, scalarPasses: 1);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "Softmax", [node.Input(0), node.Output], ("rows", print.Rows(node.Output)), ("columns", node.Output.Type.Last));
}

/// <summary>dx = y · (dy − Σ y·dy) over the last dimension.</summary>
public sealed record SoftmaxGradient : Unary
{
    public override bool CanAccumulate => true;

    public override bool CanOverwrite(int input) => false;

    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 4);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "SoftmaxGradient", [node.Input(0), node.Input(1), node.Output], ("rows", print.Rows(node.Output)), ("columns", node.Output.Type.Last));
}
