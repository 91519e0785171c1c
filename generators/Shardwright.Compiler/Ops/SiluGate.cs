using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>y = silu(gate) · up, one op for two: the backward pass needs only the two operands. Made by <see cref="FuseGates"/>.</summary>
public sealed record SiluGate : Op
{
    public override bool CanOverwrite(int input) => true;

    public override bool CanGroup(Node node) => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type;

    public override void Differentiate(Node node, GradientBuilder gradients) =>
        gradients.EmitMany(new SiluGateGradient(), [node.Input(0), node.Input(1)], [.. node.Inputs, gradients.Of(node.Output)!]);

    public override OpWork Cost(Node node, CostRule cost) => cost.Stream(node) with { ScalarElements = cost.Elements(node.Output) };

    public override void Print(Node node, StatementPrinter print) => print.Kernel(node, "SiluGate", [.. node.Inputs, node.Output]);
}

/// <summary>dgate = up · silu′(gate) · dy and dup = silu(gate) · dy.</summary>
public sealed record SiluGateGradient : Op
{
    // Each element is read before it is written; output 0 may take the place of any operand.
    public override bool CanOverwrite(int input) => true;

    public override bool CanGroup(Node node) => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Outputs.ForEach(o => o.Type = node.Input(0).Type);

    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 6, scalarPasses: 1);

    public override void Print(Node node, StatementPrinter print) => print.Kernel(node, "SiluGateGradient", [.. node.Inputs, .. node.Outputs]);
}
