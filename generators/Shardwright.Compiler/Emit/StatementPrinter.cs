using System.Globalization;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Emit;

/// <summary>What an op may use to print itself: names of spans, local sizes, statements.</summary>
public sealed class StatementPrinter(ModelPlan plan, PlannedProgram program, SourceComments comments)
{
    readonly StorageNames names = new(plan, program);
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
        foreach (var site in plan.Sites)
            names.Reserve(ExchangeNames.Of(plan.Sites, site));
        Scope forward = scope, current = scope;
        foreach (var node in program.Root.Nodes)
        {
            if (node.Op is BeginBackward)
            {
                current = scope = new(null, null);
                backward = true;
                comments.Restart();
                continue;
            }
            Print(node);
        }
        return (forward.Lines().ToList(), current == forward ? [] : current.Lines().ToList());
    }

    void Print(Node node)
    {
        if (node.Body is null)
            foreach (string line in comments.For(node, backward))
                scope.Body.Add(line);
        node.Op.Print(node, this);
    }

    public void Statement(string line) => scope.Body.Add(line);

    /// <summary>A kernel call: buffers by position, sizes by name.</summary>
    public void Kernel(Node node, string kernel, object[] buffers, params (string Name, object Value)[] sizes)
    {
        var arguments = buffers.Select(b => b is Value value ? Of(value) : (string)b).Concat(sizes.Select(s => $"{s.Name}: {Text(s.Value)}")).ToList();
        if (node.Accumulated is not null)
            arguments.Add("accumulate: true");
        Statement($"Kernels.{kernel}({string.Join(", ", arguments)});");
    }

    /// <summary>A collective, with its bytes spelled out.</summary>
    public void Collective(Node node, string call, string kind, long bytes) => Statement($"{call}    // {kind}, {CodeWriter.Bytes(bytes)} a rank");

    static string Text(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>The name of the span that holds a value here.</summary>
    public string Of(Value value)
    {
        if (value.Storage is var root && root.Parameter is { } parameter)
            return Declare("w" + parameter.Slot, root.Name, names.Block(parameter, Block(parameter).Weights, scope), "Floats", Describe(root, parameter));
        if (root.Input is { } input)
            return DeclareInput(input);
        if (value.Producer is { GradientOf: { } target } node && node.Output == value)
            return GradientBlock(target);
        var buffer = program.Storage[value];
        if (buffer.IsRouted)
            return RoutedSpan(value, buffer);
        var (offset, elements, needsLoop, role) = names.Slot(value, buffer, scope);
        string suffix = role switch { "end" => "Next", "initial" => "First", "result" => "Last", _ => "" };
        bool whole = elements * 4 > buffer.SlotBytes;
        return Declare($"b{buffer.Offset}:{buffer.First}:{role}:{elements}", (whole ? "all" + Naming.Pascal(buffer.Name) : buffer.Name) + suffix, (offset, elements, needsLoop), value.Type.Element == ElementType.Int32 ? "Integers" : "Floats", Describe(value, buffer));
    }

    /// <summary>The block of a parameter's gradient for this instance; during a step of several micro-batches, the block of this micro-batch.</summary>
    public string GradientBlock(ParameterDeclaration parameter) =>
        Declare("g" + parameter.Slot, "d_" + Naming.Camel(parameter.Name), names.Block(parameter, Block(parameter).MicroGradients, scope), "Floats", $"gradient [{string.Join(", ", parameter.Shape)}]");

    ParameterBlock Block(ParameterDeclaration parameter) => plan.Blocks[parameter.Slot];

    string Declare(string key, string wanted, (string Offset, long Elements, bool NeedsLoop) slot, string accessor, string comment)
    {
        string name = names.Name(key + (slot.NeedsLoop ? "" : ":" + slot.Offset), wanted);
        if (!scope.Declares(name))
        {
            var home = scope;
            while (!slot.NeedsLoop && home.Parent is not null)
                home = home.Parent;
            // With loop variables, the outermost block that knows them all; the expression itself tells.
            while (slot.NeedsLoop && home.Parent is { } outer && outer.Loop is not null && Knows(outer, slot.Offset))
                home = outer;
            home.Declare(name, $"var {name} = {accessor}({slot.Offset}, {CodeWriter.Grouped(slot.Elements)});", comment);
        }
        return name;
    }

    bool Knows(Scope block, string offset)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var s = block; s is not null; s = s.Parent)
            known.Add(s.Loop?.Op is Ops.Loop loop ? Naming.Identifier(loop.Variable) : s.Loop is null ? "" : "expert");
        return offset.Split(' ', '(', ')').Where(word => word.Length > 0 && !char.IsDigit(word[0])).All(known.Contains);
    }

    string DeclareInput(InputDeclaration input)
    {
        string name = names.Name("input" + input.Index, input.Name);
        if (!scope.Declares(name))
        {
            var home = scope;
            while (home.Parent is not null)
                home = home.Parent;
            home.Declare(name, $"var {name} = {(input.Element == ElementType.Int32 ? "Integer" : "Float")}Input({input.Index}, microBatch);", $"[{string.Join(", ", input.Shape)}] · Data");
        }
        return name;
    }

    /// <summary>A routed value: all rows of this rank outside the expert loop, one expert's rows inside.</summary>
    string RoutedSpan(Value value, ArenaBuffer buffer)
    {
        int columns = Elements(value);
        if (scope.Loop?.Op is not Ops.ExpertLoop)
            return $"Routed.Floats({buffer.Offset}, {columns})";
        string name = names.Name($"r{SiteOf(value)}:{buffer.Offset}:{buffer.First}", buffer.Name);
        if (!scope.Declares(name))
            scope.Declare(name, $"var {name} = Routed.Rows({CodeWriter.Grouped(buffer.Offset)}, {columns}, first, rows);", $"[rows, {columns}]{Lifetime(buffer)}");
        return name;
    }

    int SiteOf(Value value) => scope.Loop?.Op is Ops.ExpertLoop loop ? loop.Site.Index : -1;

    string Describe(Value value, ArenaBuffer buffer) => $"{Shape(value)}  {CodeWriter.Bytes(buffer.SlotBytes)}{Lifetime(buffer)}";

    string Describe(Value value, ParameterDeclaration parameter) => $"{value.Type}{(parameter.Frozen ? ", frozen" : "")}";

    string Lifetime(ArenaBuffer buffer) => !backward && buffer.Last > turn ? ", saved" : "";

    string Shape(Value value)
    {
        string sharding = value.Sharding.Describe(plan.Mesh);
        return $"[{string.Join(", ", LocalShape(value))}]{(sharding.Length > 0 ? " · " + sharding : "")}";
    }

    public bool IsUsed(Value value) => read.Contains(value);

    public IReadOnlyList<int> LocalShape(Value value) => LocalShapes.Of(value, plan.Mesh);

    /// <summary>Local elements (of one row for routed values).</summary>
    public int Elements(Value value) => LocalShapes.Elements(value, plan.Mesh);

    public long Bytes(Value value) => 4L * Elements(value) * (program.Storage.TryGetValue(value, out var buffer) ? buffer.Stack.Where(l => StorageNames.Variable(l, scope) is null).Aggregate(1L, (p, l) => p * l.Slots) : 1);

    /// <summary>Local rows: all dimensions but the last. Inside the expert loop, the expert's own number of rows.</summary>
    public object Rows(Value value) => value.Type.Rows == RowKind.Routed ? "rows" : RowCount(value);

    public int RowCount(Value value) => Elements(value) / Math.Max(1, value.Type.Last);

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

    public void OpenFrame(ExpertSite site, bool isBackward)
    {
        var frame = program.Frame(site);
        Statement(isBackward
            ? $"Routed.Resize(bytesPerRow: {CodeWriter.Grouped(frame.ArrivingBytes)}{Temporaries(frame.Temporaries.Arriving)});"
            : $"Routed.Push({Exchange(site)}.Rows, bytesPerRow: {CodeWriter.Grouped(frame.ForwardBytes)}{Temporaries(frame.Temporaries.Forward)});");
    }

    /// <summary>In the backward pass a frame is at its largest while the experts run, not while gradients arrive or leave.</summary>
    public void ResizeFrame(ExpertSite site, bool isLeaving)
    {
        var frame = program.Frame(site);
        Statement($"Routed.Resize(bytesPerRow: {CodeWriter.Grouped(isLeaving ? frame.LeavingBytes : frame.BackwardBytes)}{Temporaries(isLeaving ? frame.Temporaries.Leaving : frame.Temporaries.Backward)});");
    }

    public void CloseFrame(ExpertSite site, bool isBackward)
    {
        var frame = program.Frame(site);
        Statement(isBackward || !frame.HasBackward
            ? $"Routed.Pop({Temporaries(isBackward ? frame.Temporaries.Closed : frame.Temporaries.Kept).TrimStart(',', ' ')});"
            : $"Routed.Resize(bytesPerRow: {CodeWriter.Grouped(frame.SavedBytes)}{Temporaries(frame.Temporaries.Kept)});    // kept for the backward pass");
    }

    /// <summary>How much of the far end of memory the program uses until the stack changes again.</summary>
    static string Temporaries(long bytes) => bytes == 0 ? "" : $", temporaries: {CodeWriter.Grouped(bytes)}";

    public void Loop(Node node, Ops.Loop loop)
    {
        string variable = Naming.Identifier(loop.Variable);
        Block(node, loop.Backward ? $"for (int {variable} = {loop.List.Count - 1}; {variable} >= 0; {variable}--)" : $"for (int {variable} = 0; {variable} < {loop.List.Count}; {variable}++)", []);
    }

    public void ExpertLoop(Node node, Ops.ExpertLoop loop)
    {
        string exchange = Exchange(loop.Site);
        Block(node, $"for (int expert = 0; expert < {loop.Site.Experts / plan.Mesh.Expert}; expert++)",
            [$"int first = {exchange}.Start(expert), rows = {exchange}.Count(expert);", $"var segments = {exchange}.Sequences(expert);"]);
    }

    void Block(Node node, string header, string[] prologue)
    {
        var outer = scope;
        scope = new(outer, node);
        comments.Restart();
        foreach (var inner in node.Body!.Nodes)
            Print(inner);
        var block = scope;
        scope = outer;
        if (node.Op is Ops.Loop)
            comments.Restart();
        else
            comments.Resume(node);
        if (outer.Body.Count > 0)
            outer.Body.Add("");
        outer.Body.Add(header);
        outer.Body.Add("{");
        outer.Body.AddRange(prologue.Where(p => !p.Contains("var segments") || block.Body.Any(l => l.Contains("sequences: segments"))).Select(l => "    " + l));
        // Outer declarations may still come; lines are taken when the whole method is printed.
        pending.Add((outer, outer.Body.Count, block));
        outer.Body.Add(Marker + (pending.Count - 1).ToString(CultureInfo.InvariantCulture));
        outer.Body.Add("}");
        outer.Body.Add("");
    }

    const string Marker = "\u0001";
    readonly List<(Scope Outer, int Line, Scope Block)> pending = [];

    /// <summary>Replaces markers by the lines of the blocks they stand for.</summary>
    public IEnumerable<string> Expand(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            int mark = line.IndexOf(Marker, StringComparison.Ordinal);
            if (mark < 0)
            {
                yield return line;
                continue;
            }
            foreach (string inner in Expand(pending[int.Parse(line.Substring(mark + 1), CultureInfo.InvariantCulture)].Block.Lines()))
                yield return inner.Length == 0 ? "" : "    " + inner;
        }
    }
}
