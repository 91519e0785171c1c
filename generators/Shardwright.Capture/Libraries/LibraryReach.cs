using Microsoft.CodeAnalysis;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Libraries;

/// <summary>Follows a library's module into the modules that it holds, and collects their graphs. What is wrong anywhere below is said at the place in this project that uses the first.</summary>
internal sealed class LibraryReach(ModuleContext context, Location location)
{
    /// <summary>Whether the module and everything below it can be used; if not, it has been reported.</summary>
    public bool Follow(INamedTypeSymbol type)
    {
        if (IsUsable(type))
            return true;
        context.UnusableLibraries.Add(type.FullName());
        return false;
    }

    bool IsUsable(INamedTypeSymbol type)
    {
        string name = type.FullName(), assembly = type.ContainingAssembly?.Name ?? "";
        if (context.Libraries.TryGetValue(name, out var known))
            return known.Graph.Library == assembly || Report(RuleIds.MemberCannotBeCaptured, name, $"both '{known.Graph.Library}' and '{assembly}' have a module of this name", "use one of them");
        if (type.TypeKind == TypeKind.Error || type.ContainingAssembly is null)
            return Report(RuleIds.NoSource, type.Name, "the library's module holds it, and its own assembly is not referenced: reference that too");
        if (SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, context.Compilation.Assembly))
            return Report(RuleIds.NoSource, type.Name, "generated code is not captured: write the class in a file of the project");
        if (context.Compilation.Assembly.GetTypeByMetadataName(MetadataName(type)) is not null)
            return Report(RuleIds.MemberCannotBeCaptured, name, $"both '{assembly}' and this project have a class of this name", "rename the one of this project");
        if (ModuleLibrary.Of(type.ContainingAssembly).Find(name) is not { } packed)
            return Report(RuleIds.NoSource, type.Name, WhyNoGraph(type, assembly));
        if (packed.Module is not { } module)
            return Report(RuleIds.ModuleGraph, type.Name, assembly, packed.Problem);
        context.Libraries.Add(name, module);
        return module.Graph.Members.Select(m => Member(type, m)).All(isUsable => isUsable);
    }

    bool Member(INamedTypeSymbol type, Member member)
    {
        if (member is ScalarMember)
            return true;
        var symbol = type.GetMembers(member.Name).FirstOrDefault(m => m is IPropertySymbol or IFieldSymbol);
        // Metadata of what is not visible is not even read.
        if (symbol is null || !context.Compilation.IsSymbolAccessibleWithin(symbol, context.Compilation.Assembly))
            return Report(RuleIds.MemberCannotBeCaptured, $"{type.Name}.{member.Name}", $"it is not visible outside '{type.ContainingAssembly.Name}', and the generated code has to reach it", "make it public there");
        if (member.HeldType is not { } held)
            return true;
        var declared = symbol is IPropertySymbol property ? property.Type : ((IFieldSymbol)symbol).Type;
        if (member is not ModuleMember && declared is INamedTypeSymbol { TypeArguments: { Length: 1 } items })
            declared = items[0];
        return declared is INamedTypeSymbol inner && (inner.TypeKind == TypeKind.Error || inner.FullName() == held)
            ? Follow(inner)
            : Report(RuleIds.ModuleGraph, type.Name, type.ContainingAssembly.Name, $"says that '{member.Name}' is of type '{held}', but it is of type '{declared.Name}'");
    }

    static string WhyNoGraph(INamedTypeSymbol type, string assembly)
        => type.Find("ModelAttribute") is not null ? "it is a model, whose graph stays in its own project; put what both need into a class with [Module]"
        : !type.IsAnnotated() ? $"put [Module] on the class, and build '{assembly}' with Shardwright.Sdk"
        : $"its assembly '{assembly}' carries no graph of it; build that project with Shardwright.Sdk, and without ShardwrightModuleGraphs=false";

    bool Report(string rule, params string[] arguments)
    {
        context.Report(rule, location, arguments);
        return false;
    }

    static string MetadataName(INamedTypeSymbol type)
        => type.ContainingType is { } outer ? $"{MetadataName(outer)}+{type.MetadataName}"
        : type.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{type.MetadataName}" : type.MetadataName;
}
