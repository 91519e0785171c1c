using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes.Check;

/// <summary>
/// The factors that the chain rule can bring into the backward pass, from the forward statements alone: the objective's derivative by every scalar on the way to the loss, where that is a number, and the factor of every linear statement.
/// The seed is 1 ÷ micro-batches; a mean divides by the number of terms of the sum that it reads, over all ranks.
/// </summary>
public sealed class ScaleFactors
{
    readonly Dictionary<Value, List<ScalarFactor>> constants = [];
    readonly ILookup<Value, (Node Node, int Input)> readers;

    public ScaleFactors(Region root, int microBatches)
    {
        var forward = root.Nodes.TakeWhile(n => n.Op is not BeginBackward).ToList();
        readers = forward.SelectMany(n => n.Body is null ? [n] : n.Body.Walk().Prepend(n)).SelectMany(n => n.Inputs.Select((v, i) => (Value: Summed(v), Node: n, Input: i))).ToLookup(r => r.Value, r => (r.Node, r.Input));
        foreach (var report in forward.Where(n => n.Op is ReportLoss))
            Add(report.Input(0), new(1.0 / microBatches));
        foreach (var node in Enumerable.Reverse(forward).Where(n => n.Outputs.Count > 0 && constants.ContainsKey(Summed(n.Output))))
            Derive(node, constants[Summed(node.Output)]);
    }

    /// <summary>The sum that an all-reduce completes: ranks add up parts of it, which is no factor.</summary>
    public static Value Summed(Value value) => value.Producer is { Op: AllReduce } reduce ? Summed(reduce.Input(0)) : value;

    /// <summary>Terms of the sum over all ranks that a mean reads; null when it reads no sum.</summary>
    public static long? Terms(Value sum) => Summed(sum).Producer switch
    {
        { Op: Sum } total => total.Input(0).Type.Elements,
        { Op: CrossEntropy } loss => loss.Input(1).Type.Elements,
        _ => null,
    };

    /// <summary>Derivatives of the objective by a value, where they are known numbers: its own, or those of sums that read it.</summary>
    public IEnumerable<ScalarFactor> Seeds(Value value) => Constants(value).Concat(readers[Summed(value)].Where(r => r.Node.Op is Sum).SelectMany(r => Constants(r.Node.Output)));

    public IEnumerable<ScalarFactor> Constants(Value value) => constants.TryGetValue(Summed(value), out var factors) ? factors : [];

    /// <summary>Factors with which statements read a value.</summary>
    public IEnumerable<double> Linear(Value value) => readers[Summed(value)].SelectMany(r => r.Node.Op switch
    {
        Scale scale => [scale.Factor],
        Average => Terms(value) is { } terms ? [1.0 / terms] : [],
        Subtract when r.Input == 1 => [-1],
        Divide => [-1],
        _ => (double[])[],
    });

    void Derive(Node node, List<ScalarFactor> factors)
    {
        foreach (var factor in factors.ToList())
            switch (node.Op)
            {
                case Ops.Add:
                    node.Inputs.ForEach(v => Add(v, factor));
                    break;
                case Subtract or Shift:
                    Add(node.Input(0), factor);
                    break;
                case Scale scale:
                    Add(node.Input(0), factor * scale.Factor);
                    break;
                case Average when Terms(node.Input(0)) is { } terms:
                    Add(node.Input(0), factor * (1.0 / terms));
                    break;
                case DivideByLossDenominator when !factor.OverLossDenominator:
                    Add(node.Input(0), factor with { OverLossDenominator = true });
                    break;
                case AllReduce:
                    break;
            }
    }

    /// <summary>A value that is read several times gets the sum of what it got so far, or one by one.</summary>
    void Add(Value value, ScalarFactor factor)
    {
        value = Summed(value);
        if (!constants.TryGetValue(value, out var factors))
            constants.Add(value, factors = []);
        if (factors.Count > 0 && factors[factors.Count - 1] is var last && last.OverLossDenominator == factor.OverLossDenominator)
            factors.Add(last with { Number = last.Number + factor.Number });
        factors.Add(factor);
    }
}
