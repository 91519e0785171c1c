using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Passes;

/// <summary>Collects what does not fit. Every message names the op, both operands with their shapes, the dimension, and what to do.</summary>
public sealed class ShapeReport
{
    readonly List<CompilerDiagnostic> diagnostics = [];

    public IReadOnlyList<CompilerDiagnostic> Diagnostics => diagnostics;

    /// <summary>Sequences of one global micro-batch: the factor that Data shards.</summary>
    public int Sequences { get; set; } = 1;

    /// <summary>Constants of the model, by whose names messages call the sizes that have their values.</summary>
    public EquatableArray<NamedConstant> Constants { get; set; }

    public void Error(string id, SourceRef source, string message, params Fix[] fixes)
    {
        var diagnostic = new CompilerDiagnostic(id, source.Type, source.Expression, message) { Caller = source.Caller, Fixes = fixes.ToEquatable() };
        if (!diagnostics.Contains(diagnostic))
            diagnostics.Add(diagnostic);
    }

    /// <summary>Reports a shape mismatch at <paramref name="node"/> and marks its outputs unknown.</summary>
    public void Mismatch(Node node, string message)
    {
        Error(Rules.ShapeMismatch, node.Source, message + Names(node));
        foreach (var output in node.Outputs)
            output.IsUnknown = true;
    }

    /// <summary>What the sizes of the operands are called: <c> (64 is Width, 256 is Vocab or Hidden)</c>. Two constants of one value cannot be told apart.</summary>
    string Names(Node node)
    {
        var named = node.Inputs.SelectMany(v => v.Type.Shape).Distinct().Select(size => (size, Names: string.Join(" or ", Constants.Where(c => c.Value is int value && value == size).Select(c => c.Name)))).Where(n => n.Names.Length > 0).ToList();
        return named.Count == 0 ? "" : $" ({string.Join(", ", named.Select(n => $"{n.size} is {n.Names}"))})";
    }

    /// <summary>Checks a condition; reports and returns false when it fails.</summary>
    public bool Require(bool condition, Node node, Func<string> message)
    {
        if (!condition)
            Mismatch(node, message());
        return condition;
    }
}
