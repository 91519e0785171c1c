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

/// <summary>
/// Weights of up to three parameters travel in one exchange from their experts' homes to the slots of the ranks that have a replica. How many, the counts of the micro-batch say, the first operand: at even load none. Then come the parameters, and as many results.
/// </summary>
public sealed record PullReplicas(ExpertSite Site, ReplicaPlacement Placement) : Op, IExchanges
{
    /// <summary>The exchange of rows that it opens, being the first statement that needs the plan of the counts.</summary>
    public Dispatch? Opens { get; init; }

    /// <summary>Whose weights travel.</summary>
    public EquatableArray<ParameterDeclaration> Parameters { get; init; } = new([]);

    /// <summary>Parameters whose weights can travel together.</summary>
    public const int Most = 3;

    public override string Name => $"PullReplicas of {string.Join(", ", Parameters.Select(p => Naming.Camel(p.Name)))}";

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report)
    {
        for (int i = 0; i < Parameters.Count; i++)
            node.Outputs[i].Type = new(ElementType.Float32, new([Placement.Slots, .. Parameters[i].Shape]), RowKind.None);
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override CollectiveWork? Communicate(Node node, CostRule cost) => Work(node);

    public override void Print(Node node, StatementPrinter print)
    {
        Opens?.Open(node.Input(0), print);
        var moves = Parameters.Select((_, i) => $"new({print.Of(node.Input(1 + i))}, {print.Of(node.Outputs[i])}{(node.Outputs[i].Format == NumberFormat.BFloat16 ? ", NumberFormat.BFloat16" : "")})");
        print.Collective(node, $"{print.Exchange(Site)}.Pull(\"{Site.Path} weights to replicas\", {string.Join(", ", moves)});", "AllToAll of replicas", Work(node).RowBytes);
    }

    CollectiveWork Work(Node node) => Work(RowExchange.Replicas, Parameters.Select((p, i) => p.Elements * node.Outputs[i].ElementBytes).Sum());

    internal static CollectiveWork Work(RowExchange exchange, long bytes) => new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, exchange, bytes);
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

/// <summary>
/// Gradients of one parameter's replicas travel home and are added to the home's own, in the order of ranks and slots. Each parameter's in an exchange of their own, which begins when they are made: waiting for those of the next costs more than the latency
/// of an exchange.
/// </summary>
public sealed record AddReplicas(ExpertSite Site, ParameterDeclaration Parameter) : Op, IExchanges
{
    public override string Name => $"d_{Naming.Camel(Parameter.Name)} += AddReplicas";

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override CollectiveWork? Communicate(Node node, CostRule cost) => Work;

    public override void Print(Node node, StatementPrinter print) => print.Collective(node,
        $"{print.Exchange(Site)}.AddReplicas({print.Of(node.Input(0))}, {print.GradientBlock(Parameter)}, \"{Parameter.Path} gradients of replicas\");", "AllToAll of replicas, added", Work.RowBytes);

    CollectiveWork Work => PullReplicas.Work(RowExchange.Replicas, Parameter.Elements * sizeof(float));
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

    public override CollectiveWork? Communicate(Node node, CostRule cost) => Work;

    public override void Print(Node node, StatementPrinter print)
    {
        Value x = node.Input(1), dy = node.Input(2);
        string operands = string.Concat(print.Operands(Product, x, dy).Select(o => $", {o.Name}: {o.Value}"));
        print.Collective(node,
            $"{print.Exchange(Site)}.ContinueSums({print.Of(x)}, {print.Of(dy)}, {print.GradientBlock(Parameter)}, {print.Of(node.Input(0))}, inner: {x.Type.Last}, columns: {dy.Type.Last}, \"{Parameter.Path} running sums\"{operands});",
            "AllToAll of running sums", Work.RowBytes);
    }

    CollectiveWork Work => PullReplicas.Work(RowExchange.RunningSums, Parameter.Elements * sizeof(float));
}
