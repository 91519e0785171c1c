using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>Runs its body once for every module of a <c>Repeated</c> list (from the last to the first when <paramref name="Backward"/>). Its shape and gradient rules are those of the passes.</summary>
public sealed record Loop(RepeatedList List, string Variable, bool Backward = false) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print) => print.Loop(node, this);
}

/// <summary>Runs its body once for every expert of this rank, on that expert's rows; or, <see cref="Grouped"/>, each statement once for all experts.</summary>
public sealed record ExpertLoop(ExpertSite Site) : Op
{
    public bool Grouped { get; init; }

    /// <summary>Parts in which the rank's experts run, one behind the other; each has an exchange of rows of its own, there and back.</summary>
    public int Chunks { get; init; } = 1;

    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print) => print.ExpertLoop(node, this);
}

/// <summary>Zeros: the initial value of a gradient that a loop accumulates.</summary>
public sealed record Zero(TensorType Result) : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = Result;

    public override void Print(Node node, StatementPrinter print) => print.Statement($"Kernels.Clear({print.Of(node.Output)});");
}

/// <summary>y = x, in storage of its own.</summary>
public sealed record Copy : Unary
{
    public override bool CanOverwrite(int input) => false;

    public override bool KeepsFormat => true;

    public override bool CanGroup(Node node) => true;

    public override void Print(Node node, StatementPrinter print) => print.Kernel(node, "Copy", [node.Input(0), node.Output]);
}

/// <summary>Adds a finished gradient to another: for ops whose kernel cannot add to its output.</summary>
public sealed record Accumulate : Op
{
    public override bool CanAccumulate => true;

    public override bool CanGroup(Node node) => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type;

    public override void Print(Node node, StatementPrinter print) => print.Statement($"Kernels.Accumulate({print.Of(node.Input(0))}, {print.Of(node.Output)});");
}

/// <summary>Adds up partial sums over the ranks that hold them, in place.</summary>
public sealed record AllReduce(string Group) : Unary
{
    public override bool IsView => true;

    public override bool CanRecompute => false;

    public override Sharding? Place(Node node, int output) => node.Input(0).Sharding.Reduced();

    public override CollectiveWork? Communicate(Node node, CostRule cost) => new(CollectiveKind.AllReduce, CostRule.GroupOf(Group), cost.Bytes(node.Input(0)));

    public override void Print(Node node, StatementPrinter print) =>
        print.Collective(node, $"{Group}.AllReduce({print.Of(node.Input(0))}, \"{node.Input(0).Name}\");", "AllReduce", print.Bytes(node.Input(0)));
}
