using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Link;

/// <summary>The arguments of one <c>Nn</c> call, by parameter name.</summary>
public sealed class OperationArguments(IReadOnlyDictionary<string, object> values, GraphBuilder graph, SourceRef source)
{
    public GraphBuilder Graph { get; } = graph;

    public SourceRef Source { get; } = source;

    public Value Tensor(string name) => values.TryGetValue(name, out object value) && value is Value tensor ? tensor : throw Error($"argument '{name}' must be a tensor of the graph");

    public Value? Optional(string name) => values.TryGetValue(name, out object value) ? value as Value : null;

    public int Integer(string name) => values.TryGetValue(name, out object value) && value is int number ? number : throw Error($"argument '{name}' must be a whole number known at compile time");

    public double Number(string name, double fallback) => values.TryGetValue(name, out object value)
        ? value is int or long or float or double ? ScalarMath.ToDouble(value) : throw Error($"argument '{name}' must be a number known at compile time")
        : fallback;

    public IEnumerable<int> Spread(string name)
    {
        for (int i = 0; values.ContainsKey(name + i); i++)
            yield return Integer(name + i);
    }

    public Value Add(Op op, string name, params Value[] inputs) => Graph.Add(op, Source, name, inputs);

    public UserErrorException Error(string message) => new(Rules.UnknownName, Source, message);
}

/// <summary>The table from <c>Nn</c>'s methods to graph ops. Adding an op adds a line here.</summary>
public static class Operations
{
    static readonly Dictionary<string, Func<OperationArguments, object>> Table = new(StringComparer.Ordinal)
    {
        ["Embed"] = a => a.Add(new Embed(), "embedded", a.Tensor("tokens"), a.Tensor("table")),
        ["MatMul"] = MatMulOf,
        ["Softmax"] = a => a.Add(new Softmax(), "softmax", a.Tensor("x")),
        ["RmsNorm"] = a => a.Graph.Node(new RmsNorm(a.Number("epsilon", 1e-5)), a.Source, [a.Tensor("x"), a.Tensor("gain")], "normed", a.Tensor("gain").Name + "InverseRms").Output,
        ["LayerNorm"] = a => a.Graph.Node(new LayerNorm(a.Number("epsilon", 1e-5)), a.Source, [a.Tensor("x"), a.Tensor("gain"), a.Tensor("bias")], "normed", a.Tensor("gain").Name + "Mean", a.Tensor("gain").Name + "InverseDeviation").Output,
        ["CausalAttention"] = a => a.Graph.Node(new CausalAttention(a.Integer("heads")), a.Source, [a.Tensor("q"), a.Tensor("k"), a.Tensor("v")], "attended", "attentionLogSumExp").Output,
        ["Rope"] = a => a.Add(new Rope(a.Integer("heads"), a.Number("theta", 10000)), a.Tensor("x").Name + "Turned", a.Tensor("x")),
        ["Reshape"] = a => a.Add(new Reshape(a.Spread("shape").ToEquatable()), "reshaped", a.Tensor("x")),
        ["Transpose"] = a => a.Add(new Transpose(), "transposed", a.Tensor("x")),
        ["Split"] = a => new object[] { a.Add(new TakeColumns(0, a.Integer("first")), "head", a.Tensor("x")), a.Add(new TakeColumns(a.Integer("first"), -1), "tail", a.Tensor("x")) },
        ["Concat"] = a => a.Add(new Concat(), "joined", a.Tensor("a"), a.Tensor("b")),
        ["Sum"] = a => a.Graph.Node(new Sum(), a.Source, [a.Tensor("x")], "total", "rowSums").Output,
        ["Mean"] = a => a.Add(new Average(), "mean", a.Graph.Node(new Sum(), a.Source, [a.Tensor("x")], "total", "rowSums").Output, a.Tensor("x")),
        ["CrossEntropy"] = CrossEntropyOf,
    };

    public static object Build(string operation, OperationArguments arguments)
    {
        if (Activation.Names.Contains(operation))
            return arguments.Add(new Activation(operation), Naming.Camel(operation), arguments.Tensor("x"));
        return Table.TryGetValue(operation, out var build) ? build(arguments) : throw arguments.Error($"Nn.{operation} has no graph form");
    }

    static object MatMulOf(OperationArguments a)
    {
        Value x = a.Tensor("a"), w = a.Tensor("b");
        // A transposed parameter is never materialised: the product reads it the other way round.
        if (w.Producer is { Op: Transpose } transpose && transpose.Input(0).Parameter is not null)
            return a.Add(new MatMul(true), transpose.Input(0).Name + "Product", x, transpose.Input(0));
        return a.Add(new AnyMatMul(), w.Name + "Product", x, w);
    }

    static object CrossEntropyOf(OperationArguments a)
    {
        var weights = a.Optional("weights");
        Value[] inputs = weights is null ? [a.Tensor("logits"), a.Tensor("targets")] : [a.Tensor("logits"), a.Tensor("targets"), weights];
        var sum = a.Graph.Node(new CrossEntropy(), a.Source, inputs, "lossSum", "lossLogSumExp").Output;
        return weights is null ? a.Add(new Average(), "loss", sum, inputs[1]) : a.Add(new DivideByLossDenominator(), "loss", sum);
    }
}
