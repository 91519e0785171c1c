using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Emit;

/// <content>Packed weights, number formats, rounding.</content>
public sealed partial class StatementPrinter
{
    Node? stored;

    /// <summary>Whether statements here stand for all experts of this rank at once.</summary>
    public bool IsGrouped => scope.Loop?.Op is ExpertLoop { Grouped: true };

    /// <summary>The packed form of a product's right operand: one matrix, or one for every expert of this rank; null when it is not a parameter.</summary>
    public string? Panels(Node node, Value w, bool transposed)
    {
        if (PackedParameter.Of(node, w) is not { } packed)
            return null;
        var parameter = packed.Parameter;
        string index = names.Instance(parameter.Loops, scope), count = "", layer = "0";
        if (parameter.Experts > 0)
        {
            int local = parameter.Experts / plan.Mesh.Expert;
            string first = index == "0" ? "" : $"{(index.Contains(' ') ? $"({index})" : index)} * {local}";
            int begin = chunk.First(local);
            layer = first.Length == 0 ? "0" : first;
            index = IsGrouped && begin == 0 ? layer : (first.Length == 0 ? "" : first + " + ") + (IsGrouped ? $"{begin}" : "expert");
            count = IsGrouped ? $", {chunk.End(local) - begin}" : "";
        }
        string field = PackedParameter.Name(plan.Packed, packed), method = transposed ? "Transposed" : "Panels";
        string name = names.Name($"p{field}:{method}:{count}:{chunk.Index}", Naming.Camel(parameter.Name) + method);
        Declare(name, $"{field}.{method}({index}{count})", index, needsLoop: index.Any(c => char.IsLetter(c) || c == '_'),
            $"{(count.Length > 0 ? $"{count.Substring(2)} × " : "")}[{packed.Rows}, {packed.Columns}]{(transposed ? " transposed" : "")}{(packed.Format == NumberFormat.Float32 ? "" : " in " + packed.Format)}, packed");
        return Replicas(node) is { } replicas ? $"{name}.Then({PackedParameter.ReplicasName(plan.Packed, packed)}.{method}({Of(replicas)}, {layer}))" : name;
    }

    /// <summary>The matrices of replicas that a statement reads or writes behind the rank's own; null without, and in all parts of the experts but the last.</summary>
    public Value? Replicas(Node node) => chunk.IsLast ? node.Replicas : null;

    /// <summary>How a product rounds its left operand on the way in, when that is not stored in the product's format already.</summary>
    public (string Name, object Value)[] Operand(Node node, Value x)
    {
        var format = node.Precision.Format;
        if (node.Precision.IsEightBit && node.Op is MatMul { IsGradient: true })
            format = NumberFormat.Float8E5M2;
        return format == NumberFormat.Float32 || format == x.Format ? [] : [("operand", $"NumberFormat.{format}")];
    }

    /// <summary>The same for both operands of a weight gradient, which is taken in bfloat16 even where activations enter products in 8 bits.</summary>
    public (string Name, object Value)[] Operands(Node node, params Value[] operands) =>
        !node.Precision.IsLow || operands.All(v => v.Format == NumberFormat.BFloat16) ? [] : [("operands", "NumberFormat.BFloat16")];

    /// <summary>The option by which a kernel rounds what it stores; other kernels have their output rounded by a statement of its own.</summary>
    public (string Name, object Value)[] Store(Node node)
    {
        stored = node;
        return node.Output.Format == NumberFormat.Float32 ? [] : [("store", Rounding(node, 0))];
    }

    /// <summary>Rounds what a kernel without that option has stored.</summary>
    void RoundOutputs(Node node)
    {
        if (node.Op.KeepsFormat || stored == node)
            return;
        for (int i = 0; i < node.Outputs.Count; i++)
            if (node.Outputs[i] is { Format: NumberFormat.BFloat16 } output && program.Storage.ContainsKey(output))
                Statement($"Kernels.Round({Of(output)}, {Rounding(node, i)});");
    }

    /// <summary>To nearest; or, in training, by random bits that depend on the element's place in the whole tensor and on nothing else.</summary>
    string Rounding(Node node, int output)
    {
        if (!node.Precision.Stochastic || program.Kind != ProgramKind.Train || node.Op.IsInSendOrder)
            return "NumberFormat.BFloat16";
        var value = node.Outputs[output];
        int site = value.RoundingSite;
        long columns = Elements(value);
        string layer = names.Instance(value.Region!.Loops().ToEquatable(), scope);
        return value.Type.Rows != RowKind.Routed ? $"Stochastic(site: {site}, layer: {layer}, microBatch, first: Rank * {CodeWriter.Grouped(columns)}L)"
            : scope.Loop?.Op is ExpertLoop loop
                ? $"Stochastic(site: {site}, layer: {layer}, microBatch, first: {Exchange(loop.Site)}.GlobalStart(expert) * {columns}, expert: {Exchange(loop.Site)}.FirstExpert + expert)"
            : throw new InvalidOperationException($"{node.Op.Name} rounds routed rows outside the experts.");
    }
}
