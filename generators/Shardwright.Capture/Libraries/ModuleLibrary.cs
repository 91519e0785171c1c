using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules.Text;
using Shardwright.Hardware.Json;

namespace Shardwright.Capture.Libraries;

/// <summary>The module graphs that a referenced assembly carries. Read once an assembly: its symbol outlives edits of this project.</summary>
internal sealed class ModuleLibrary
{
    // Weak: graphs hold no symbols, and go with their assembly.
    static readonly ConditionalWeakTable<IAssemblySymbol, ModuleLibrary> libraries = new();

    readonly Dictionary<string, Lazy<PackedModule>> modules = new(StringComparer.Ordinal);

    ModuleLibrary(IAssemblySymbol assembly)
    {
        foreach (var attribute in assembly.GetAttributes())
            if (IsGraph(attribute.AttributeClass) && attribute.ConstructorArguments is { Length: 3 } arguments && arguments[0].Value is string type && !modules.ContainsKey(type))
                modules.Add(type, new(() => Read(type, arguments[1].Value as int? ?? 0, arguments[2].Value as string ?? "", assembly.Name)));
    }

    public static ModuleLibrary Of(IAssemblySymbol assembly) => libraries.GetValue(assembly, a => new(a));

    /// <summary>The module of that full name; null when the assembly carries no graph of it.</summary>
    public PackedModule? Find(string type) => modules.TryGetValue(type, out var module) ? module.Value : null;

    static PackedModule Read(string type, int form, string text, string assembly)
    {
        if (form != ModuleText.Form)
            return new(null, FormattableString.Invariant($"has form {form}, and this compiler reads form {ModuleText.Form}"));
        try
        {
            var (graph, sources) = ModuleText.Read(text, type);
            return graph.Type == type ? new(new(graph with { Library = assembly }, sources), "") : new(null, $"is that of '{graph.Type}'");
        }
        catch (JsonException damage)
        {
            return new(null, FormattableString.Invariant($"is damaged at line {damage.Line}, column {damage.Column}: {damage.Problem}"));
        }
    }

    static bool IsGraph(INamedTypeSymbol? type) => type is { Name: "ModuleGraphAttribute", ContainingNamespace: { Name: "Execution", ContainingNamespace: var space } } && space.IsShardwright();
}

/// <summary>What a library carries of a module: the module, or what is wrong with its graph.</summary>
internal sealed record PackedModule(LibraryModule? Module, string Problem);
