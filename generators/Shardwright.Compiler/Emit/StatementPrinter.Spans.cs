using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Emit;

/// <content>Which span holds a value, and where it is declared.</content>
public sealed partial class StatementPrinter
{
    /// <summary>The name of the span that holds a value here.</summary>
    public string Of(Value value)
    {
        if (value.Storage is var root && root.Parameter is { } parameter)
            return Declare("w" + parameter.Slot, root.Name, names.Block(parameter, Block(parameter).Weights, scope), "Floats", Describe(root, parameter));
        if (root.Input is { } input)
            return DeclareInput(input);
        if (value.Producer is { GradientOf: { } target } node && node.Output == value)
            return chunk.IsWhole || target.Experts == 0 ? GradientBlock(target) : PartOf(GradientBlock(target), target);
        var buffer = program.Storage[value];
        if (buffer.IsRouted)
            return RoutedSpan(value, buffer);
        var (offset, elements, needsLoop, role) = names.Slot(value, buffer, scope);
        string suffix = role switch { "end" => "Next", "initial" => "First", "result" => "Last", _ => "" };
        bool whole = elements * value.ElementBytes > buffer.SlotBytes;
        string wanted = (whole ? "all" + Naming.Pascal(buffer.Name) : buffer.Name) + suffix, accessor = value.Type.Element == ElementType.Int32 ? "Integers" : Floats(value);
        return Declare($"b{buffer.Offset}:{buffer.First}:{role}:{elements}", wanted, (offset, elements, needsLoop), accessor, Describe(value, buffer));
    }

    /// <summary>The block of a parameter's gradient for this instance; during a step of several micro-batches, the block of this micro-batch.</summary>
    public string GradientBlock(ParameterDeclaration parameter) =>
        Declare("g" + parameter.Slot, "d_" + Naming.Camel(parameter.Name), names.Block(parameter, Block(parameter).MicroGradients, scope), "Floats", $"gradient {(parameter.Experts > 0 && StorageNames.Variable(new(null, 1), scope) is null ? $"{parameter.Experts / plan.Mesh.Expert} × " : "")}[{string.Join(", ", parameter.Shape)}]");

    /// <summary>The experts of this part in a block of one matrix an expert.</summary>
    string PartOf(string block, ParameterDeclaration parameter)
    {
        int local = parameter.Experts / plan.Mesh.Expert;
        return $"{block}.Slice({CodeWriter.Grouped(chunk.First(local) * parameter.Elements)}, {CodeWriter.Grouped((chunk.End(local) - chunk.First(local)) * parameter.Elements)})";
    }

    ParameterBlock Block(ParameterDeclaration parameter) => plan.Blocks[parameter.Slot];

    string Declare(string key, string wanted, (string Offset, long Elements, bool NeedsLoop) slot, string accessor, string comment)
    {
        string name = names.Name(key + (slot.NeedsLoop ? "" : ":" + slot.Offset), wanted);
        Declare(name, $"{accessor}({slot.Offset}, {CodeWriter.Grouped(slot.Elements)})", slot.Offset, slot.NeedsLoop, comment);
        return name;
    }

    /// <summary>Declares a name in the outermost block that knows the loop variables in <paramref name="index"/>.</summary>
    void Declare(string name, string expression, string index, bool needsLoop, string comment)
    {
        if (scope.Declares(name))
            return;
        var home = scope;
        while (!needsLoop && home.Parent is not null)
            home = home.Parent;
        while (needsLoop && home.Parent is { } outer && outer.Loop is not null && Knows(outer, index))
            home = outer;
        home.Declare(name, $"var {name} = {expression};", comment);
    }

    static string Floats(Value value) => value.Format == NumberFormat.BFloat16 ? "BFloat16s" : "Floats";

    bool Knows(Scope block, string offset)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var s = block; s is not null; s = s.Parent)
            known.Add(s.Loop?.Op is Ops.Loop loop ? Naming.Identifier(loop.Variable) : s.Loop?.Op is Ops.ExpertLoop { Grouped: false } ? "expert" : "");
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
        long columns = Elements(value);
        if (scope.Loop?.Op is not Ops.ExpertLoop)
            return $"Routed.{Floats(value)}({buffer.Offset}, {columns})";
        string name = names.Name($"r{SiteOf(value)}:{buffer.Offset}:{buffer.First}", buffer.Name);
        if (!scope.Declares(name))
            scope.Declare(name, IsGrouped && chunk.IsWhole ? $"var {name} = Routed.{Floats(value)}({CodeWriter.Grouped(buffer.Offset)}, {columns});"
                : $"var {name} = Routed.{(value.Format == NumberFormat.BFloat16 ? "BFloat16Rows" : "Rows")}({CodeWriter.Grouped(buffer.Offset)}, {columns}, first, rows);", $"[rows, {columns}]{Lifetime(buffer)}");
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
}
