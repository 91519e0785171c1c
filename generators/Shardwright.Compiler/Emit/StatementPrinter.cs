using System.Globalization;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Emit;

/// <summary>What an op may use to print itself: names of spans, local sizes, statements.</summary>
public sealed partial class StatementPrinter(ModelPlan plan, PlannedProgram program, SourceComments comments)
{
    readonly StorageNames names = new(plan);
    readonly HashSet<Value> read = [.. program.Root.Walk().SelectMany(n => n.Reads)];
    Scope scope = new(null, null);
    readonly int turn = program.Root.Nodes.FirstOrDefault(n => n.Op is BeginBackward) is { } marker ? program.Order.Begin(marker) : int.MaxValue;
    bool backward;

    public bool Reports => program.Kind == ProgramKind.Train;

    /// <summary>Sequences of this rank.</summary>
    public int Sequences => plan.Batch / plan.Mesh.Data;

    /// <summary>Prints the forward and, for training, the backward method's lines.</summary>
    public (IReadOnlyList<string> Forward, IReadOnlyList<string> Backward) Print()
    {
        foreach (var node in program.Root.Walk())
            if (node.Op is Ops.Loop loop)
                names.Reserve(loop.Variable);
        foreach (var packed in plan.Packed)
        {
            names.Reserve(PackedParameter.Name(plan.Packed, packed));
            names.Reserve(PackedParameter.ReplicasName(plan.Packed, packed));
        }
        foreach (var site in plan.Sites)
            names.Reserve(ExchangeNames.Of(plan.Sites, site));
        Scope forward = scope, current = scope;
        foreach (var node in program.Root.Nodes)
        {
            if (node.Op is BeginBackward)
            {
                FlushCharge();
                current = scope = new(null, null);
                backward = true;
                comments.Restart();
                continue;
            }
            Print(node);
        }
        FlushCharge();
        return (forward.Lines().ToList(), current == forward ? [] : current.Lines().ToList());
    }

    void Print(Node node)
    {
        if (node.Body is null)
            foreach (string line in comments.For(node, backward))
                scope.Add(line);
        node.Op.Print(node, this);
        RoundOutputs(node);
        Charge(node);
    }

    public void Statement(string line) => scope.Add(line);

    /// <summary>A kernel call: buffers by position, sizes by name.</summary>
    public void Kernel(Node node, string kernel, object[] buffers, params (string Name, object Value)[] sizes)
    {
        var arguments = buffers.Select(b => b is Value value ? Of(value) : (string)b).Concat(sizes.Select(s => $"{s.Name}: {(s.Value is Value value ? Of(value) : Text(s.Value))}")).ToList();
        if (node.Accumulated is not null)
            arguments.Add("accumulate: true");
        Statement($"Kernels.{kernel}({string.Join(", ", arguments)});{(node.Fused.Count > 0 ? "    // fused: " + string.Join(", ", node.Fused) : "")}");
    }

    /// <summary>A collective, with its bytes spelled out.</summary>
    public void Collective(Node node, string call, string kind, long bytes, int chunk = 0)
    {
        MeetLine(node, call.Substring(0, call.IndexOf('.')), chunk);
        Statement($"{call}    // {kind}, {CodeWriter.Bytes(bytes)} a rank");
    }

    static string Text(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    public bool IsUsed(Value value) => read.Contains(value);

    public IReadOnlyList<int> LocalShape(Value value) => LocalShapes.Of(value, plan.Mesh);

    /// <summary>Local elements (of one row for routed values).</summary>
    public long Elements(Value value) => LocalShapes.Elements(value, plan.Mesh);

    public long Bytes(Value value) => value.ElementBytes * Elements(value) * (program.Storage.TryGetValue(value, out var buffer) ? buffer.Stack.Where(l => StorageNames.Variable(l, scope) is null).Aggregate(1L, (p, l) => p * l.Slots) : 1);

    /// <summary>Local rows: all dimensions but the last. Inside the expert loop, the expert's own number of rows.</summary>
    public object Rows(Value value) => value.Type.Rows == RowKind.Routed ? "rows" : RowCount(value);

    public int RowCount(Value value) => (int)(Elements(value) / Math.Max(1, value.Type.Last));

    public double GlobalRows(Value value) => value.Type.Elements / Math.Max(1, value.Type.Last);

    /// <summary>How a value's rows fall into sequences.</summary>
    public string Segments(Value value, int rows = 0)
    {
        if (value.Type.Rows == RowKind.Routed)
            return "segments";
        rows = rows > 0 ? rows : RowCount(value);
        return value.Type.Rows == RowKind.Sequence ? $"Segments.Uniform({Sequences}, {rows / Sequences})" : $"Segments.Uniform(1, {rows})";
    }

    public string Factor(ScalarFactor factor) => factor.OverLossDenominator ? $"{Number(factor.Number)} / LossDenominator" : Number(factor.Number);

    /// <summary>A float literal that reads back to the same bits.</summary>
    public static string Number(double value)
    {
        float single = (float)value;
        return float.IsNaN(single) ? "float.NaN" : float.IsInfinity(single) ? single > 0 ? "float.PositiveInfinity" : "float.NegativeInfinity" : single.ToString("R", CultureInfo.InvariantCulture).Replace("E-0", "e-").Replace("E", "e") + "f";
    }

    /// <summary>The named argument that tells the layer of an expert site.</summary>
    public string Instance(ExpertSite site) => $"layer: {names.Instance(site.Loops, scope)}";

    public string Exchange(ExpertSite site) => ExchangeName(plan, site);

    public static string ExchangeName(ModelPlan plan, ExpertSite site) => Naming.Identifier(ExchangeNames.Of(plan.Sites, site));

}
