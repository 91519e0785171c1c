using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>How an expert group places its experts in a program: what the site asks for, as far as the mesh and the tokens allow it.</summary>
/// <param name="Kind">A member of <c>Placement</c>.</param>
/// <param name="Slots">Replicas that a rank can hold.</param>
/// <param name="LeastTokens">Fewest token copies of a replica.</param>
public sealed record ReplicaPlacement(string Kind, int Slots, int LeastTokens)
{
    /// <summary>Elements of a row, and hidden elements of an expert as if it were of three matrices, for a placement that times its plans.</summary>
    public int Width { get; init; }

    public int Hidden { get; init; }

    /// <summary>Format of the experts' products.</summary>
    public NumberFormat Format { get; init; }
}

/// <summary>Weights of one parameter travel from their experts' homes to the slots of the ranks that have a replica. How many, the counts of the micro-batch say, its second operand: at even load none.</summary>
public sealed record PullReplicas(ExpertSite Site, ReplicaPlacement Placement, ParameterDeclaration Parameter) : Op, IExchanges
{
    /// <summary>The exchange of rows that it opens, being the first statement that needs the plan of the counts.</summary>
    public Dispatch? Opens { get; init; }

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = new(ElementType.Float32, new([Placement.Slots, .. Parameter.Shape]), RowKind.None);

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override CollectiveWork? Communicate(Node node, CostRule cost) => Work(Parameter, elementBytes: node.Output.ElementBytes);

    public override void Print(Node node, StatementPrinter print)
    {
        Opens?.Open(node.Input(1), print);
        string format = string.Concat(print.Store(node).Select(o => $", {o.Name}: {o.Value}"));
        print.Collective(node, $"{print.Exchange(Site)}.Pull({print.Of(node.Input(0))}, {print.Of(node.Output)}, \"{Parameter.Path} to replicas\"{format});", "AllToAll of replicas", Work(Parameter, elementBytes: node.Output.ElementBytes).RowBytes);
    }

    internal static CollectiveWork Work(ParameterDeclaration parameter, RowExchange exchange = RowExchange.Replicas, int elementBytes = 4) =>
        new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, exchange, checked((int)(elementBytes * parameter.Elements)));
}

/// <summary>Room for the gradients of one parameter's replicas. Nothing is written: the statements that make gradients write what holds a replica.</summary>
public sealed record ReplicaGradients(ReplicaPlacement Placement, ParameterDeclaration Parameter) : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = new(ElementType.Float32, new([Placement.Slots, .. Parameter.Shape]), RowKind.None);

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print)
    {
    }
}

/// <summary>Gradients of one parameter's replicas travel home and are added to the home's own, in the order of ranks and slots.</summary>
public sealed record AddReplicas(ExpertSite Site, ParameterDeclaration Parameter) : Op, IExchanges
{
    public override string Name => $"d_{Naming.Camel(Parameter.Name)} += AddReplicas";

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override CollectiveWork? Communicate(Node node, CostRule cost) => PullReplicas.Work(Parameter);

    public override void Print(Node node, StatementPrinter print) => print.Collective(node,
        $"{print.Exchange(Site)}.AddReplicas({print.Of(node.Input(0))}, {print.GradientBlock(Parameter)}, \"{Parameter.Path} gradients of replicas\");", "AllToAll of replicas, added", PullReplicas.Work(Parameter).RowBytes);
}

/// <summary>Running sums of one parameter's gradients, begun by a product before, go from instance to instance of replicated experts and end at home: the bits of one sum over all rows.</summary>
public sealed record ContinueSums(ExpertSite Site, ParameterDeclaration Parameter, Node Product) : Op, IExchanges
{
    public override string Name => $"d_{Naming.Camel(Parameter.Name)} += ContinueSums";

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override CollectiveWork? Communicate(Node node, CostRule cost) => PullReplicas.Work(Parameter, RowExchange.RunningSums);

    public override void Print(Node node, StatementPrinter print)
    {
        Value x = node.Input(1), dy = node.Input(2);
        string operands = string.Concat(print.Operands(Product, x, dy).Select(o => $", {o.Name}: {o.Value}"));
        print.Collective(node,
            $"{print.Exchange(Site)}.ContinueSums({print.Of(x)}, {print.Of(dy)}, {print.GradientBlock(Parameter)}, {print.Of(node.Input(0))}, inner: {x.Type.Last}, columns: {dy.Type.Last}, \"{Parameter.Path} running sums\"{operands});",
            "AllToAll of running sums", PullReplicas.Work(Parameter).RowBytes);
    }
}
