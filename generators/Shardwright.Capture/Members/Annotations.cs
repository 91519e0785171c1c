using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Members;

/// <summary>Reads the attributes of properties and parameters.</summary>
internal static class Annotations
{
    public static EquatableArray<string> Shape(ISymbol symbol)
    {
        if (symbol.Find("ShapeAttribute") is not { ConstructorArguments: { Length: 1 } arguments } || arguments[0].Kind != TypedConstantKind.Array || arguments[0].IsNull)
            return default;
        return arguments[0].Values.Select(v => v.Value as string ?? "").ToEquatable();
    }

    /// <summary>The sites of the dimensions that <c>[Shape]</c> gives, one each; empty where they stand in an array of their own.</summary>
    public static EquatableArray<int> ShapeSites(ModuleContext context, ISymbol symbol, int rank)
    {
        if (symbol.Find("ShapeAttribute")?.ApplicationSyntaxReference?.GetSyntax(context.Cancellation) is not AttributeSyntax { ArgumentList.Arguments: { } arguments } || arguments.Count != rank || arguments.Any(a => a.NameColon is not null))
            return default;
        return arguments.Select(a => context.Site(a.Expression)).ToEquatable();
    }

    public static string Experts(ISymbol symbol, string property, string otherwise)
        => symbol.Find("ExpertsAttribute") is { } attribute && Named(attribute, property) is { } value ? Literals.EnumName(value) ?? otherwise : otherwise;

    /// <summary>A number on <c>[Experts]</c>; one below <paramref name="least"/> is reported on the argument.</summary>
    public static int Experts(ModuleContext context, ISymbol symbol, string property, int otherwise, int least)
    {
        if (symbol.Find("ExpertsAttribute") is not { } attribute || Named(attribute, property) is not { Value: int value })
            return otherwise;
        if (value >= least)
            return value;
        var arguments = (attribute.ApplicationSyntaxReference?.GetSyntax(context.Cancellation) as AttributeSyntax)?.ArgumentList?.Arguments;
        context.Report(RuleIds.OptionOutOfRange, arguments?.FirstOrDefault(a => a.NameEquals?.Name.Identifier.ValueText == property)?.GetLocation() ?? Location.None, $"[Experts({property} = {value})]", $"{least} or more");
        return otherwise;
    }

    /// <summary>What <c>[Precision]</c> says, or null; a value that is no format is reported on the argument.</summary>
    public static PrecisionOption? Precision(ModuleContext context, ISymbol symbol)
    {
        if (symbol.Find("PrecisionAttribute") is not { ConstructorArguments: { Length: 1 } arguments } attribute)
            return null;
        var syntax = attribute.ApplicationSyntaxReference?.GetSyntax(context.Cancellation) as AttributeSyntax;
        if (Literals.EnumName(arguments[0]) is { } format)
            return new(format, Named(attribute, "Stochastic") is { Value: true }) { Site = syntax is null ? -1 : context.Site(syntax) };
        // What does not bind is the compiler's own error.
        if (arguments[0].Kind == TypedConstantKind.Enum)
            context.Report(RuleIds.OptionOutOfRange, ((SyntaxNode?)syntax?.ArgumentList?.Arguments.FirstOrDefault() ?? syntax)?.GetLocation() ?? Location.None, $"[Precision({arguments[0].Value})]", "a member of NumberFormat");
        return null;
    }

    /// <summary>Reports <c>[Recompute]</c> on what makes no activations.</summary>
    public static void ReportRecompute(ModuleContext context, ISymbol symbol)
    {
        if (symbol.Find("RecomputeAttribute") is { } attribute)
            context.Report(RuleIds.OptionOutOfRange, attribute.ApplicationSyntaxReference?.GetSyntax(context.Cancellation).GetLocation() ?? Location.None,
                $"[Recompute] on '{symbol.Name}'", "a [Module] class, or a property that holds a module, a Repeated<T> or an ExpertGroup<T>");
    }

    public static TypedConstant? Named(AttributeData attribute, string name)
    {
        foreach (var pair in attribute.NamedArguments)
            if (pair.Key == name)
                return pair.Value;
        return null;
    }
}
