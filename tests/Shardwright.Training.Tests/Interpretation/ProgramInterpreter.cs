using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Training.Tests.Interpretation.Operations;

namespace Shardwright.Training.Tests.Interpretation;

/// <summary>Runs a program's graph on one rank in double precision: plain, obviously right, and independent of the kernels.</summary>
internal sealed class ProgramInterpreter
{
    private readonly Iterations iterations = new();
    private readonly Routing routing;
    private readonly IStore store;

    public ProgramInterpreter(ProgramInputs inputs, Func<Iterations, IStore>? store = null)
    {
        Inputs = inputs;
        routing = inputs.Routing;
        this.store = store is null ? new IdentityStore(iterations) : store(iterations);
    }

    public ProgramInputs Inputs { get; }

    /// <summary>Rounds what the program stores in bfloat16 and the weights that its products read in it; off, every number stays a double.</summary>
    public bool Rounds { get; init; }

    public double Loss { get; private set; }

    public double Balance { get; private set; }

    public double RouterZ { get; private set; }

    /// <summary>Of each group with quantile balancing, the sums over sequences of what would even each out, [layers, experts].</summary>
    public Dictionary<int, double[]> Quantiles { get; } = [];

    /// <summary>What training makes small: the mean over the micro-batches is the step's.</summary>
    public double Objective => Loss + Balance + RouterZ;

    /// <summary>Runs the forward pass, and the backward pass behind it.</summary>
    public void Run(Region program, bool backward)
    {
        foreach (var node in program.Nodes)
            if (node.Op is BeginBackward && !backward)
                return;
            else
                Run(node);
    }

    private void Run(Node node)
    {
        switch (node.Op)
        {
            case Loop loop:
                Repeat(node, loop);
                break;
            case ExpertLoop experts:
                iterations.Starts = routing.Starts(experts.Site, Layer(experts.Site));
                for (iterations.Expert = 0; iterations.Expert < experts.Site.Experts; iterations.Expert++)
                    node.Body!.Nodes.ForEach(Run);
                iterations.Expert = -1;
                break;
            case BeginBackward:
                break;
            case ReportLoss:
                Loss += Read(node.Input(0)).Data[0];
                break;
            case ReportAuxiliary report:
                var counts = report.Site.Router.BalancesStep ? Enumerable.Range(0, report.Site.Layers).Select(layer => new DoubleTensor([report.Site.Experts, 1], StepLoad(report.Site, layer))) : store.ReadAll(node.Input(1));
                var (balance, z) = Routings.Auxiliary(report, store.ReadAll(node.Input(0)), counts);
                (Balance, RouterZ) = (Balance + balance, RouterZ + z);
                break;
            case ReportQuantiles report:
                Quantiles[report.Site.Index] = [.. store.ReadAll(node.Input(0)).SelectMany(sums => sums.Data)];
                break;
            case ClearGradient clear:
                Array.Clear(Inputs.Gradient(clear.Parameter));
                break;
            case AddToGradient add:
                var block = Block(add.Parameter, Inputs.Gradient(add.Parameter));
                var more = Read(node.Input(0));
                for (var i = 0; i < block.Length; i++)
                    block[i] += more.Data[i];
                break;
            default:
                Compute(node);
                break;
        }
    }

    private void Compute(Node node)
    {
        var x = node.Inputs.Select(Read).ToArray();
        if (Rounds && node.Precision.IsLow && node.Op is MatMul && node.Inputs[1].Parameter is not null)
            x[1] = x[1].Map(BFloat16.Round);
        var outputs = node.Op is JitterLogits jitter ? [RouterReference.Jitter(jitter.Site, Layer(jitter.Site), Inputs.Moment, x[0])]
            : node.Op is Route route ? Routings.Route(route, x[0], x.ElementAtOrDefault(1), node.Outputs[Route.Counts].Type.Shape[1],
                select => routing.Choose(route.Site, Layer(route.Site), select), select => routing.Keep(route.Site, Layer(route.Site), select))
            : node.Op is RouteGradient { Site.Router.BalancesStep: true } op ? [RouterReference.Gradient(op.Site, x[0], x[1], x[2], x[3], StepLoad(op.Site, Layer(op.Site)))]
            : Evaluation.Of(node, x, Inputs);
        if (node.Accumulated is { } accumulated)
            outputs[0] = Read(accumulated).Zip(outputs[0], (a, b) => a + b);
        for (var i = 0; Rounds && !node.Op.KeepsFormat && i < outputs.Length; i++)
            if (node.Outputs[i].ElementBytes == 2)
                outputs[i] = outputs[i].Map(BFloat16.Round);
        if (node.GradientOf is { } parameter)
            outputs[0].Data.CopyTo(Block(parameter, Inputs.Gradient(parameter)));
        for (var i = 0; i < outputs.Length; i++)
            if (node.GradientOf is null || i > 0)
                store.Write(node.Outputs[i], outputs[i]);
    }

    private void Repeat(Node node, Loop loop)
    {
        var state = node.Carried.Select(c => Read(c.Initial)).ToArray();
        for (var n = 0; n < loop.List.Count; n++)
        {
            iterations[loop.List] = loop.Backward ? loop.List.Count - 1 - n : n;
            for (var c = 0; c < state.Length; c++)
                store.Write(node.Carried[c].Start, state[c]);
            node.Body!.Nodes.ForEach(Run);
            state = [.. node.Carried.Select(c => Read(c.End))];
        }
        iterations.Leave(loop.List);
        for (var c = 0; c < state.Length; c++)
            store.Write(node.Carried[c].Result, state[c]);
    }

    private DoubleTensor Read(Value value)
    {
        if (value.Parameter is { } parameter)
            return new([.. parameter.Shape], Block(parameter, Inputs.Parameter(parameter)).ToArray());
        return value.Input is { } input ? Inputs.Input(input) : store.Read(value);
    }

    /// <summary>The mean over the step's micro-batches so far of the copies an expert.</summary>
    private double[] StepLoad(ExpertSite site, int layer)
    {
        var own = routing.Load(site, layer);
        return [.. own.Select((copies, e) => (copies + (Inputs.EarlierLoad.TryGetValue((site.Index, layer), out var earlier) ? earlier[e] : 0)) / (Inputs.Moment.MicroBatch + 1))];
    }

    private int Layer(ExpertSite site) => iterations.Instance(site.Loops);

    /// <summary>The running instance and expert of a block [instances, experts, shape].</summary>
    private Span<double> Block(ParameterDeclaration parameter, double[] all)
    {
        var block = iterations.Instance(parameter.Loops);
        if (parameter.Experts > 0)
            block = (block * parameter.Experts) + iterations.Expert;
        return all.AsSpan((int)(block * parameter.Elements), (int)parameter.Elements);
    }
}
