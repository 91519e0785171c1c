using System.Globalization;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Passes.Check;

/// <summary>
/// Every contribution to a gradient is linear in the seed, 1 ÷ micro-batches, and every factor on its way is one that the forward statements have, with denominators counted over all ranks: so all contributions have one scale, the tied and
/// the experts' too.
/// </summary>
public sealed class CheckScales
{
    readonly BuiltProgram program;
    readonly ShardFindings findings;
    readonly int microBatches;
    readonly ScaleFactors factors;
    readonly ILookup<Value, Node> readers;
    readonly HashSet<Value> gradients = [];

    CheckScales(BuiltProgram program, ShardFindings findings, int microBatches)
    {
        (this.program, this.findings, this.microBatches) = (program, findings, microBatches);
        factors = new(program.Root, microBatches);
        readers = program.Root.Walk().SelectMany(n => n.Reads.Select(v => (Value: v, Node: n))).ToLookup(r => r.Value, r => r.Node);
    }

    public static void Run(BuiltProgram program, ShardFindings findings, int microBatches)
    {
        var check = new CheckScales(program, findings, microBatches);
        bool isBackward = false;
        foreach (var node in program.Root.Nodes)
        {
            isBackward |= node.Op is BeginBackward;
            check.Visit(node, isBackward);
        }
    }

    void Visit(Node node, bool isBackward)
    {
        if (node.Op is Average && ScaleFactors.Terms(node.Input(0)) != node.Denominator)
            findings.Add(node.Output, $"a mean divides by {node.Denominator}; need {ScaleFactors.Terms(node.Input(0))?.ToString(CultureInfo.InvariantCulture) ?? "a sum to divide"}, the terms of its sum over all ranks");
        if (node.IsRecomputed && !node.Outputs.All(o => o.Repeats?.Producer is { } original && original.Op == node.Op && original.Inputs.Count == node.Inputs.Count && original.Denominator == node.Denominator
            && original.Inputs.Zip(node.Inputs, (a, b) => a == b || b.Repeats == a).All(same => same)))
            findings.Add(node.Output, $"{node.Op.Name} is not the statement of the forward pass that it repeats");
        if (Site(node.Op) is { } site && (site != program.Sites[site.Index] || site.MicroBatches != microBatches))
            findings.Add(node.Outputs.Count > 0 ? node.Output : node.Input(0), $"{node.Op.Name} has coefficients that are not those of {program.Sites[site.Index].Path} with {microBatches} micro-batches");
        foreach (var carried in node.Carried.Where(c => gradients.Contains(c.Initial)))
            gradients.UnionWith([carried.Start, carried.Result]);
        foreach (var inner in node.Body?.Nodes ?? [])
            Visit(inner, isBackward);
        foreach (var carried in node.Carried.Where(c => gradients.Contains(c.Start) != gradients.Contains(c.End)))
            findings.Add(carried.End, "an iteration ends with a gradient where it starts with none, or the other way round");
        if (!isBackward || node.Body is not null)
            return;
        bool isGradient = IsGradient(node);
        if (isGradient)
            gradients.UnionWith(node.Outputs);
        if (node.Accumulated is { } accumulated && (!isGradient || !gradients.Contains(accumulated)))
            findings.Add(node.Output, $"added to '{accumulated.Name}', though not both of them are gradients");
        if (node.GradientOf is { } parameter && !isGradient)
            findings.Add(node.Source, parameter.Path, $"'{node.Output.Name}' is no gradient: nothing of the seed is in it");
    }

    /// <summary>Whether a statement of the backward pass makes gradients, from one gradient, to which it must then be linear.</summary>
    bool IsGradient(Node node)
    {
        int count = node.Inputs.Count(gradients.Contains);
        switch (node.Op)
        {
            case Zero:
                return true;
            case Fill { Factor: var factor } when node.Inputs.Count == 0:
                Require(node, Target(node.Output) is { } target && factors.Seeds(target).Any(f => Same(f, factor)), Text(factor));
                return true;
            case Fill { Factor: var factor }:
                Require(node, factor == ScalarFactor.One, Text(factor));
                return Linear(node, count == 1);
            case CrossEntropyGradient { Scale: { } scale }:
                Require(node, node.Input(1).Producer is { Op: CrossEntropy } loss && factors.Constants(loss.Output).Any(f => Same(f, scale)), Text(scale));
                return Linear(node, count == 0);
            case RouteGradient:
                return Linear(node, count == 1 && gradients.Contains(node.Input(2)));
            case Scale scale when count == 1:
                Require(node, (Target(node.Output) is { } read ? factors.Linear(read) : [-1]).Any(f => Same(f, scale.Factor)) || scale.Factor == -1 && node.Output.Primal is null, scale.Factor.ToString("R", CultureInfo.InvariantCulture));
                return true;
            case Divide when count > 0:
                return Linear(node, count == 1 && gradients.Contains(node.Input(0)));
            case Activation or Shift or Softmax or RmsNorm or LayerNorm or CausalAttention or CrossEntropy or Route or SiluGate or Elementwise { Symbol: "+" or "−" } when count > 0:
                return Linear(node, false);
            default:
                return count > 0 && Linear(node, count == 1);
        }
    }

    bool Linear(Node node, bool isLinear)
    {
        if (!isLinear)
            findings.Add(node.Outputs.Count > 0 ? node.Output : node.Input(0), $"{node.Op.Name} of [{string.Join(", ", node.Inputs.Select(v => v.Name))}] is not linear in one gradient");
        return true;
    }

    void Require(Node node, bool holds, string factor)
    {
        if (!holds)
            findings.Add(node.Output, $"{node.Op.Name} brings the factor {factor} into the gradient; no statement of the forward pass gives it, nor 1 ÷ {microBatches} micro-batches ÷ the terms of a sum");
    }

    /// <summary>The value or parameter whose gradient a statement contributes to: said of it, or of the sum that it is a part of.</summary>
    Value? Target(Value value)
    {
        if (value.Primal is { } primal)
            return primal;
        if (value.Producer is { GradientOf: { } parameter })
            return Declared(parameter);
        foreach (var reader in readers[value])
            if (reader.Op is AddToGradient add)
                return Declared(add.Parameter);
            else if (reader.Op is Accumulate or Copy or AllReduce && Target(reader.Output) is { } target)
                return target;
        return null;
    }

    Value? Declared(ParameterDeclaration parameter) => readers.Select(r => r.Key).FirstOrDefault(v => v.Parameter == parameter);

    static ExpertSite? Site(Op op) => op switch
    {
        Route o => o.Site,
        RouteGradient o => o.Site,
        JitterLogits o => o.Site,
        SinkhornKeys o => o.Site,
        QuantileBias o => o.Site,
        GatherCounts o => o.Site,
        Permute o => o.Site,
        PermuteGradient o => o.Site,
        Dispatch o => o.Site,
        Return o => o.Site,
        Combine o => o.Site,
        CombineGradient o => o.Site,
        ReportAuxiliary o => o.Site,
        ReportQuantiles o => o.Site,
        ExpertLoop o => o.Site,
        _ => null,
    };

    static bool Same(ScalarFactor a, ScalarFactor b) => a.OverLossDenominator == b.OverLossDenominator && Same(a.Number, b.Number);

    // The chain rule's products may be taken in another order here.
    static bool Same(double a, double b) => Math.Abs(a - b) <= 1e-12 * Math.Abs(b);

    static string Text(ScalarFactor factor) => factor.Number.ToString("R", CultureInfo.InvariantCulture) + (factor.OverLossDenominator ? " ÷ the sum of weights" : "");
}
