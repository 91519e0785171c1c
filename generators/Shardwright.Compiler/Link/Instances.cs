using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Link;

/// <summary>A module with its constructor arguments: what <c>new DecoderBlock(256, 512, 4)</c> stands for.</summary>
public sealed class ModuleInstance(ModuleGraph graph, string path, Placement place, IReadOnlyDictionary<string, object> arguments)
{
    public ModuleGraph Graph { get; } = graph;

    /// <summary>Path from the model, with <c>[*]</c> for lists and experts; empty for the model itself.</summary>
    public string Path { get; } = path;

    public Placement Place { get; } = place;

    /// <summary>The number format of its code: that of the property it is in, or its class's; null for that of whoever calls it.</summary>
    public Graph.Precision? Precision { get; init; }

    /// <summary>The member that holds it; null for the model itself.</summary>
    public Caller? Holder { get; init; }

    /// <summary>Whether its activations are computed again in the backward pass: the property or its class says so.</summary>
    public bool Recompute { get; init; }

    public IReadOnlyDictionary<string, object> Arguments { get; } = arguments;

    /// <summary>Parameters and states as values, modules, lists and groups as instances, numbers as they are.</summary>
    public Dictionary<string, object> Members { get; } = new(StringComparer.Ordinal);

    public string PathOf(string member) => Path.Length == 0 ? member : $"{Path}.{member}";
}

/// <summary>Where an instance sits: the lists around it, its number of experts (0: not an expert), whether something above is frozen.</summary>
public sealed record Placement(EquatableArray<RepeatedList> Loops, int Experts, bool Frozen)
{
    public static readonly Placement Model = new(default, 0, false);
}

/// <summary>A <c>Repeated&lt;T&gt;</c>: one instance stands for all, since every element is built the same way.</summary>
public sealed record RepeatedInstance(RepeatedList List, ModuleInstance Element, string Member);

/// <summary>An <c>ExpertGroup&lt;T&gt;</c>: one instance stands for all experts.</summary>
public sealed record ExpertGroupInstance(ExpertSite Site, ModuleInstance Element, Value? Bias = null);

/// <summary>Stops the instantiation of a program at a user's mistake.</summary>
public sealed class UserErrorException(CompilerDiagnostic diagnostic) : Exception(diagnostic.Message)
{
    public UserErrorException(string id, SourceRef source, string message) : this(new(id, source.Type, source.Expression, message) { Caller = source.Caller })
    {
    }

    public CompilerDiagnostic Diagnostic { get; } = diagnostic;
}
