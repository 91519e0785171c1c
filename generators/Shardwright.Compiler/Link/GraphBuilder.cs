using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Link;

/// <summary>Appends nodes to the program while captured code runs.</summary>
public sealed class GraphBuilder(Region root, DeviceMesh mesh, IReadOnlyList<ExpertSite> sites)
{
    Region region = root;

    /// <summary>The number format of the module whose code runs.</summary>
    public Precision Precision { get; set; }

    /// <summary>The call whose activations are not kept, while its code runs.</summary>
    public RecomputedCall? Call { get; set; }

    /// <summary>Whether the program trains: routers have noise then.</summary>
    public bool IsTraining { get; init; }

    /// <summary>Statistics and counts of every expert group that ran, for its auxiliary losses.</summary>
    public List<(ExpertSite Site, Value Statistics, Value Counts, Value Logits, Value? Quantiles)> Routed { get; } = [];

    /// <summary>Whether the code that runs is an expert's.</summary>
    public bool IsInsideExpert => region.Owner?.Op is ExpertLoop;

    public Value Add(Op op, SourceRef source, string name, params IEnumerable<Value> inputs) => Node(op, source, inputs, name).Output;

    public Node Node(Op op, SourceRef source, IEnumerable<Value> inputs, params string[] outputs)
    {
        var node = new Node(op, inputs, source) { Call = Call };
        node.Precision = node.Inputs.Select(v => v.Storage.Parameter?.Precision).FirstOrDefault(p => p is not null) ?? Precision;
        foreach (string name in outputs)
            region.Define(node, name);
        region.Nodes.Add(node);
        return node;
    }

    /// <summary>Gives a value the name of the local it is assigned to; the first name wins.</summary>
    public void Name(Value value, string local)
    {
        if (value.Producer is { } producer && producer.Output == value && !value.IsNamed && value.Region == region)
            (value.Name, value.IsNamed) = (Naming.Camel(local), true);
    }

    public Node BeginLoop(RepeatedList list, string variable, SourceRef source)
    {
        var node = new Node(new Loop(list, LoopVariable(Naming.Camel(variable))), [], source);
        region.Nodes.Add(node);
        region = node.Body = new Region(region, node);
        return node;
    }

    /// <summary>Modules may each call their variable the same, but the loops that they become are nested in one method.</summary>
    string LoopVariable(string wanted)
    {
        var taken = new HashSet<string>(Naming.Emitted.Concat(sites.Select(s => ExchangeNames.Of(sites, s))), StringComparer.Ordinal);
        for (var r = region; r is not null; r = r.Parent)
            if (r.Owner?.Op is Loop loop)
                taken.Add(loop.Variable);
        return Naming.Unused(wanted, taken);
    }

    public Value Carry(Node loop, Value initial, string local)
    {
        string name = Naming.Camel(local);
        var start = new Value(name, loop.Source) { Region = region };
        var result = new Value(name, loop.Source) { Region = region.Parent, Producer = loop };
        loop.Carried.Add(new(initial, start, result));
        loop.Outputs.Add(result);
        return start;
    }

    public void EndLoop(Node loop, List<Value> ends)
    {
        for (int i = 0; i < ends.Count; i++)
            loop.Carried[i].End = ends[i];
        region = region.Parent!;
    }

    public Value Negate(Value x, SourceRef source) => Add(new Scale(-1), source, "negated", x);

    /// <summary>+ − × ÷ on tensors and numbers.</summary>
    public Value Arithmetic(string op, object left, object right, SourceRef source)
    {
        if (left is Value a && right is Value b)
            return op switch
            {
                "+" => Add(new Add(), source, "sum", a, b),
                "-" => Add(new Subtract(), source, "difference", a, b),
                "*" => Add(new Multiply(), source, "product", a, b),
                "/" => Add(new Divide(), source, "quotient", a, b),
                _ => throw Unsupported(op, source),
            };
        var tensor = (left as Value ?? right as Value)!;
        object scalar = left is Value ? right : left;
        if (scalar is not (int or long or float or double))
            throw Unsupported(op, source);
        double number = ScalarMath.ToDouble(scalar);
        bool reversed = right is Value;
        return op switch
        {
            "+" => Add(new Shift(number), source, "sum", tensor),
            "-" => reversed ? Add(new Shift(number), source, "difference", Negate(tensor, source)) : Add(new Shift(-number), source, "difference", tensor),
            "*" => Add(new Scale(number), source, "product", tensor),
            "/" => reversed ? Reciprocal(tensor, number, source) : Add(new Scale(1 / number), source, "quotient", tensor),
            _ => throw Unsupported(op, source),
        };
    }

    Value Reciprocal(Value x, double numerator, SourceRef source)
    {
        var inverse = Add(new Activation("Reciprocal"), source, "reciprocal", x);
        return numerator == 1 ? inverse : Add(new Scale(numerator), source, "quotient", inverse);
    }

    /// <summary>Route, exchange, the expert's own Forward once for all, back, combine.</summary>
    public Value Experts(ExpertGroupInstance group, Dictionary<string, object> arguments, SourceRef source, int depth)
    {
        var site = group.Site;
        if (!(arguments.TryGetValue("x", out object x) && x is Value input && arguments.TryGetValue("logits", out object l) && l is Value logits))
            throw new UserErrorException(Rules.UnknownName, source, $"{site.Name}.Forward needs x and logits");
        if (Routed.Any(r => r.Site == site))
            throw new UserErrorException(Rules.UnknownName, source, $"{site.Name}.Forward is called twice in one pass; a group's routing is kept once a layer: use a second ExpertGroup");

        var around = region.Loops();
        if (!around.SequenceEqual(site.Loops))
            throw new UserErrorException(Rules.UnknownName, source,
                $"{site.Name}.Forward runs inside foreach over {string.Join(" and ", around.Except(site.Loops).Select(l => $"'{l.Path}'"))}, where the group is not a member; a group's routing is kept once a layer: give each module of the list its own ExpertGroup");

        string name = Naming.Camel(site.Name);
        if (IsTraining && site.Router.Jitter != 0)
            logits = Add(new JitterLogits(site, false), source, "jittered", logits);
        bool isEvened = IsTraining && site.Router.SinkhornIterations > 0;
        Value[] choice = isEvened ? [Add(new SinkhornKeys(site), source, "evened", logits)] : group.Bias is { } bias ? [bias] : [];
        var route = Node(new Route(site) { HasKeys = isEvened }, source, [logits, .. choice], "expertIndex", "gates", "probabilities", "routerStatistics", "counts", "slots");
        var counts = mesh.Data == 1 ? route.Outputs[Route.Counts] : Add(new GatherCounts(site), source, "worldCounts", route.Outputs[Route.Counts]);
        var sent = Add(new Permute(site), source, "sent", input, route.Outputs[Route.Slots]);
        var received = Add(new Dispatch(site, false), source, "received", sent, counts);

        var caller = new Caller(source.Type, source.Expression, source.Caller);
        var expert = new SourceRef(group.Element.Graph.Type, -1, -1) { Caller = caller };
        var forward = group.Element.Graph.Methods.FirstOrDefault(m => m.Name == "Forward" && m.Parameters.Count == 1)
            ?? throw new UserErrorException(Rules.UnknownName, expert, $"{group.Element.Graph.Type} has no captured Forward(x)");
        if (forward.HasErrors)
            throw new UserErrorException(Rules.UnknownName, source, $"the Forward of {group.Element.Graph.Type} could not be captured; see its own errors");
        var loop = new Node(new ExpertLoop(site), [], source);
        region.Nodes.Add(loop);
        region = loop.Body = new Region(region, loop);
        object result = new Interpreter(group.Element, this, depth + 1, caller).Call(forward, new Dictionary<string, object> { [forward.Parameters[0].Name] = received });
        region = region.Parent!;
        if (result is not Value output)
            throw new UserErrorException(Rules.NotRowWise, expert, $"the Forward of {group.Element.Graph.Type} must return a tensor");

        var returned = Add(new Ops.Routing.Return(site, false), source, "returned", output, counts);
        var combined = Add(new Combine(site), source, name, returned, route.Outputs[Route.Slots], route.Outputs[Route.Gates]);
        var quantiles = IsTraining && site.Router.QuantileBalancing ? Add(new QuantileBias(site), source, "quantileBias", logits, group.Bias!) : null;
        Routed.Add((site, route.Outputs[Route.Statistics], counts, logits, quantiles));
        return combined;
    }

    static UserErrorException Unsupported(string op, SourceRef source) =>
        new(Rules.UnknownName, source, $"operator {op} has no meaning on tensors here; + − × ÷ with tensors or numbers have");
}
