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

    public void Error(string id, SourceRef source, string message)
    {
        var diagnostic = new CompilerDiagnostic(id, source.Type, source.Expression, message) { Caller = source.Caller };
        if (!diagnostics.Contains(diagnostic))
            diagnostics.Add(diagnostic);
    }

    /// <summary>Reports a shape mismatch at <paramref name="node"/> and marks its outputs unknown.</summary>
    public void Mismatch(Node node, string message)
    {
        Error(Rules.ShapeMismatch, node.Source, message);
        foreach (var output in node.Outputs)
            output.IsUnknown = true;
    }

    /// <summary>Checks a condition; reports and returns false when it fails.</summary>
    public bool Require(bool condition, Node node, Func<string> message)
    {
        if (!condition)
            Mismatch(node, message());
        return condition;
    }
}
