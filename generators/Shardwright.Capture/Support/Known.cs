using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Support;

/// <summary>
/// Recognises the surface's types by name. Not by symbol: a half-typed or doubly referenced project must be captured too, and no compilation has to be kept.
/// </summary>
internal static class Known
{
    public static bool Is(this ITypeSymbol? type, string name, int arity = 0)
        => type is INamedTypeSymbol named && named.Name == name && named.Arity == arity && named.ContainingType is null && named.ContainingNamespace.IsShardwright();

    public static bool IsShardwright(this INamespaceSymbol? space) => space is { Name: "Shardwright", ContainingNamespace.IsGlobalNamespace: true };

    public static bool IsParameter(this ITypeSymbol? type) => type.Is("Parameter");

    public static bool IsState(this ITypeSymbol? type) => type.Is("State");

    public static bool IsRepeated(this ITypeSymbol? type) => type.Is("Repeated", 1);

    public static bool IsExpertGroup(this ITypeSymbol? type) => type.Is("ExpertGroup", 1);

    public static bool IsTensorOf(this ITypeSymbol? type, SpecialType element)
        => type is INamedTypeSymbol { Name: "Tensor", Arity: 1 } named && named.ContainingNamespace.IsTensors() && named.TypeArguments[0].SpecialType == element;

    public static bool IsTensor(this ITypeSymbol? type) => type.IsTensorOf(SpecialType.System_Single);

    /// <summary>Whether a value of this type holds data that only the step knows: tensors of any kind, their spans, and handles.</summary>
    public static bool HoldsData(this ITypeSymbol? type)
        => type.IsParameter() || type.IsState() || (type is INamedTypeSymbol { Arity: 1, Name: "Tensor" or "TensorSpan" or "ReadOnlyTensorSpan" } named && named.ContainingNamespace.IsTensors());

    public static bool IsTensors(this INamespaceSymbol? space)
        => space is { Name: "Tensors", ContainingNamespace: { Name: "Numerics", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } };

    /// <summary>Numbers, truth values, strings and enumerations: what a constructor argument may be.</summary>
    public static bool IsScalar(this ITypeSymbol? type) => type is { TypeKind: TypeKind.Enum } || type?.SpecialType is
        SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Boolean or SpecialType.System_String;

    public static bool IsAnnotated(this ITypeSymbol? type) => type?.Find("ModelAttribute") is not null || type?.Find("ModuleAttribute") is not null;

    public static bool IsTensorTuple(this ITypeSymbol? type)
        => type is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.All(e => e.Type.IsTensor() || e.Type.IsTensorTuple());

    public static AttributeData? Find(this ISymbol symbol, string attribute) => symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass.Is(attribute));

    public static string FullName(this ITypeSymbol type) => type.ToDisplayString(Format);

    static readonly SymbolDisplayFormat Format = new(SymbolDisplayGlobalNamespaceStyle.Omitted, SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);
}
