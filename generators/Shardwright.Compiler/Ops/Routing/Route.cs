using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>An expert group of the model: one in source, <paramref name="Loops"/> layers of it at run time.</summary>
public sealed record ExpertSite(
    int Index, string Path, string Name, int Experts, int TopK, EquatableArray<RepeatedList> Loops, RouterSettings Router, string Dispatch, int MicroBatches)
{
    public int Layers => Loops.Aggregate(1, (product, loop) => product * loop.Count);

    /// <summary>Whether the target and the mesh chose <see cref="Dispatch"/>, so that another mesh may choose another.</summary>
    public bool IsDispatchAutomatic { get; init; }

    /// <summary>Which ranks compute an expert's rows: a member of <c>Placement</c>.</summary>
    public string Placement { get; init; } = "Static";

    /// <summary>Replicas that a rank can hold, where the placement is adaptive.</summary>
    public int Slots { get; init; }

    /// <summary>Fewest token copies of a replica; 0 for the target's break-even.</summary>
    public int LeastTokens { get; init; }

    /// <summary>In which order weight gradients are summed over an expert's rows: a member of <c>SumOrder</c>.</summary>
    public string Order { get; init; } = "Fast";

    /// <summary>Parts in which the rows of a rank's experts travel, as asked for: 0 for what is fastest on the target.</summary>
    public int Chunks { get; init; } = 1;

    /// <summary>The slots of the bias that is added to scores for the choice and of the step's load that it follows; −1 = none.</summary>
    public int BiasSlot { get; init; } = -1;

    public int LoadSlot { get; init; } = -1;

    /// <summary>In the load's place, the slot of the sums of what sets the bias by quantiles; −1 = none.</summary>
    public int QuantileSlot { get; init; } = -1;

    /// <summary>Copies of a sequence of <paramref name="tokens"/> tokens that an expert takes: all of them where it is as many as the tokens.</summary>
    public int Capacity(int tokens) => ExpertCapacity.Of(tokens, TopK, Experts, Router.CapacityFactor);

    public bool HasAuxiliaryLoss => Router.BalanceLoss != 0 || Router.RouterZLoss != 0;
}

/// <summary>
/// Chooses top-k experts a token and the gates over them. Outputs: experts, gates, probabilities, statistics (Σ probability an expert, Σ log-sum-exp²), counts an expert and
/// sequence, slots (each copy's place in the send buffer). The routing is saved, never recomputed: a token must go back to the experts that it went to.
/// </summary>
public sealed record Route(ExpertSite Site) : Op
{
    public const int Experts = 0, Gates = 1, Probabilities = 2, Statistics = 3, Counts = 4, Slots = 5;

    /// <summary>Experts are chosen by a second operand, [rows, experts], in place of the logits.</summary>
    public bool HasKeys { get; init; }

    public override bool IsRowWise => false;

    public override bool CanRecompute => false;

    public override bool IsStatistic(int output) => true;

    public override string Name => $"routing of '{Site.Path}'";

    public override void InferShapes(Node node, ShapeReport report)
    {
        var logits = node.Input(0);
        if (!report.Require(logits.Type is { Rank: >= 2, Rows: RowKind.Sequence, Element: ElementType.Float32 } && logits.Type.Last == Site.Experts, node, () =>
            $"{Site.Name}.Forward: logits '{logits.Name}' are {logits.Type} for {Site.Experts} experts; need […, {Site.Experts}]"))
            return;
        if (!report.Require(Site.Router.SequenceSetting is null || logits.Type.Rank >= 3 && logits.Type.Shape[0] == report.Sequences, node, () =>
            $"{Site.Name}.Forward: logits '{logits.Name}' are {logits.Type}, and {Site.Router.SequenceSetting}; need [{report.Sequences}, …, {Site.Experts}]: dimension 0 says which tokens belong together"))
            return;
        node.Outputs[Experts].Type = logits.Type.WithLast(Site.TopK) with { Element = ElementType.Int32 };
        node.Outputs[Slots].Type = node.Outputs[Experts].Type;
        node.Outputs[Gates].Type = logits.Type.WithLast(Site.TopK);
        node.Outputs[Probabilities].Type = logits.Type;
        node.Outputs[Statistics].Type = new(ElementType.Float32, new([Site.Experts + 1]), RowKind.None);
        node.Outputs[Counts].Type = new(ElementType.Int32, new([Site.Experts, report.Sequences]), RowKind.None);
    }

    public override Sharding? Place(Node node, int output) => output == Counts ? new Sharding(AtomState.Sharded(1), AtomState.Sharded(1)) : null;

    public override bool HasOwnGradient(Node node) => Site.HasAuxiliaryLoss;

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        var dgates = gradients.Of(node.Outputs[Gates]) ?? gradients.Zero(node.Outputs[Gates]);
        IEnumerable<Value> saved = Site.Router.IsUsual ? [node.Outputs[Probabilities]] : [];
        gradients.Emit(new RouteGradient(Site), node.Input(0), [node.Outputs[Experts], node.Outputs[Gates], dgates, node.Input(0), .. saved]);
    }

    // Scores of all logits and of the kept ones; k passes for the top-k (one where all are taken, and one to rank groups), a count and a place for every copy on the general-purpose engine; with a capacity also its gate's rank, two passes.
    public override OpWork Cost(Node node, CostRule cost) => cost.Stream(node) with
    {
        VectorElements = cost.Elements(node.Input(0)) * 3,
        ScalarElements = cost.Elements(node.Input(0)) + cost.Elements(node.Outputs[Gates]),
        GpSimdElements = cost.Elements(node.Input(0)) * ((Site.TopK == Site.Experts ? 1 : Site.TopK) + (Site.Router.Groups > 1 ? 1 : 0)) + cost.Elements(node.Outputs[Slots]) * (Site.Router.CapacityFactor > 0 ? 4 : 2),
    };

    public override void Print(Node node, StatementPrinter print)
    {
        var logits = node.Input(0);
        var (rows, router) = (print.Rows(logits), Site.Router);
        print.Statement($"SelectExperts(site: {Site.Index}, {print.Instance(Site)}, microBatch, {print.Of(logits)}, {print.Of(node.Outputs[Experts])}, rows: {rows}, expertCount: {Site.Experts}, k: {Site.TopK}{Ranking(node, print)});");
        if (router.IsUsual)
            print.Kernel(node, "Gates", [logits, node.Outputs[Experts], node.Outputs[Gates]], ("rows", rows), ("expertCount", Site.Experts), ("k", Site.TopK));
        else
            print.Kernel(node, "ScoreGates", [logits, node.Outputs[Experts], node.Outputs[Gates]], [("rows", rows), ("expertCount", Site.Experts), ("k", Site.TopK), .. GateArguments(router)]);
        print.Kernel(node, "CountRoutes", [node.Outputs[Experts], node.Outputs[Counts]],
            ("sequences", print.Sequences), ("rowsPerSequence", print.RowCount(logits) / print.Sequences), ("k", Site.TopK), ("expertCount", Site.Experts));
        if (print.IsUsed(node.Outputs[Probabilities]) || print.IsUsed(node.Outputs[Statistics]))
            Statistic(node, print);
        int tokens = print.RowCount(logits) / print.Sequences;
        if (Site.Capacity(tokens) < tokens)
            print.Kernel(node, "CapacityOrder", [node.Outputs[Experts], node.Outputs[Gates], node.Outputs[Slots]], ("sequences", print.Sequences), ("rowsPerSequence", tokens), ("k", Site.TopK),
                ("expertCount", Site.Experts), ("capacity", Site.Capacity(tokens)), ("order", $"DropOrder.{router.DropOrder}"));
        else
            print.Kernel(node, "DispatchOrder", [node.Outputs[Experts], node.Outputs[Slots]], ("rows", rows), ("k", Site.TopK), ("expertCount", Site.Experts));
    }

    void Statistic(Node node, StatementPrinter print)
    {
        Value logits = node.Input(0), probabilities = node.Outputs[Probabilities], statistics = node.Outputs[Statistics];
        if (Site.Router.IsUsual)
            print.Kernel(node, "RouterStatistics", [logits, probabilities, statistics], ("sequences", print.Segments(logits)), ("expertCount", Site.Experts));
        else
            print.Kernel(node, "ScoreStatistics", [logits, Site.Router.BalancesSequences ? node.Outputs[Counts] : "default", probabilities, statistics], ("sequences", print.Segments(logits)), ("expertCount", Site.Experts), ("score", $"RouterScore.{Site.Router.Score}"));
    }

    string Ranking(Node node, StatementPrinter print)
    {
        var router = Site.Router;
        if (HasKeys)
            return $", keys: {print.Of(node.Input(1))}";
        if (!router.IsRanked)
            return "";
        string groups = router.Groups > 1 ? $", groups: {router.Groups}, keptGroups: {(router.KeptGroups > 0 ? router.KeptGroups : router.Groups)}" : "";
        return $", score: RouterScore.{router.Score}{groups}{(Site.BiasSlot >= 0 ? $", bias: {print.Of(node.Input(1))}" : "")}";
    }

    /// <summary>How gates follow from scores.</summary>
    internal static IEnumerable<(string, object)> GateArguments(RouterSettings router) =>
        [("score", $"RouterScore.{router.Score}"), ("renormalize", router.Renormalize), ("scale", StatementPrinter.Number(router.GateScale))];
}

/// <summary>dlogits: through the gates, plus the balance loss (counts carry no gradient) and the router z-loss.</summary>
public sealed record RouteGradient(ExpertSite Site) : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(3).Type;

    /// <summary>The step's counts are those of so many micro-batches as ran.</summary>
    internal static string Mean(RouterSettings router) => router.BalancesStep ? " / (microBatch + 1)" : "";

    public override void Print(Node node, StatementPrinter print)
    {
        Value experts = node.Input(0), gates = node.Input(1), dgates = node.Input(2), logits = node.Input(3);
        var router = Site.Router;
        double tokens = print.GlobalRows(node.Output);
        // The mean over sequences of their own losses: each has tokens ÷ sequences tokens.
        double perSequence = router.BalancesSequences ? logits.Type.Shape[0] : 1;
        double balance = router.BalanceLoss * Site.Experts * perSequence / (tokens * tokens * Site.TopK) / Site.MicroBatches, z = router.RouterZLoss / tokens / Site.MicroBatches;
        string counts = router.BalancesStep ? $"StepCounts(site: {Site.Index}, {print.Instance(Site)})" : $"{print.Exchange(Site)}.{(router.BalancesSequences ? "SequenceCounts" : "TotalCounts")}";
        (string, object)[] scales = [("balanceScale", StatementPrinter.Number(balance) + Mean(router)), ("zScale", StatementPrinter.Number(z))];
        if (router.IsUsual)
            print.Kernel(node, "RouterGradient", [experts, gates, dgates, node.Input(4), logits, counts, node.Output],
                [("rows", print.Rows(node.Output)), ("expertCount", Site.Experts), ("k", Site.TopK), .. scales]);
        else
            print.Kernel(node, "ScoreGradient", [experts, gates, dgates, logits, counts, node.Output],
                [("rows", print.Rows(node.Output)), ("sequences", router.BalancesSequences ? print.Sequences : 1), ("expertCount", Site.Experts), ("k", Site.TopK), .. Route.GateArguments(router), .. scales]);
    }
}

/// <summary>Reports the auxiliary losses of all layers once their statistics are summed over the ranks.</summary>
public sealed record ReportAuxiliary(ExpertSite Site, int Tokens) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print)
    {
        string statistics = print.Of(node.Input(0)), counts = print.Of(node.Input(1));
        string balance = StatementPrinter.Number(Site.Router.BalanceLoss), z = StatementPrinter.Number(Site.Router.RouterZLoss);
        int layers = Site.Layers, experts = Site.Experts;
        print.Statement("ReportAuxiliary(");
        print.Statement(Site.Router.BalancesSequences
            ? $"    balance: AuxiliaryTerms.SequenceBalance({statistics}, layers: {layers}, expertCount: {experts}, sequences: {print.Sequences} * World.Size, tokens: {Tokens}, k: {Site.TopK}, coefficient: {balance}),"
            : Site.Router.BalancesStep
            ? $"    balance: AuxiliaryTerms.Balance({statistics}, StepCounts(site: {Site.Index}), layers: {layers}, ranks: 1, expertCount: {experts}, tokens: {Tokens}, k: {Site.TopK}, coefficient: {balance}{RouteGradient.Mean(Site.Router)}),"
            : $"    balance: AuxiliaryTerms.Balance({statistics}, {counts}, layers: {layers}, ranks: World.Size, expertCount: {experts}, tokens: {Tokens}, k: {Site.TopK}, coefficient: {balance}),");
        print.Statement($"    routerZ: AuxiliaryTerms.RouterZ({statistics}, layers: {layers}, expertCount: {experts}, tokens: {Tokens}, coefficient: {z}));");
    }
}
