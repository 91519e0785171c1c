using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Support;

/// <summary>Constants as Roslyn folded them, widened to the few types of the captured form.</summary>
internal static class Literals
{
    public static object? Normalize(object? value) => value switch
    {
        int or long or float or double or bool or string => value,
        byte b => (int)b,
        sbyte b => (int)b,
        short s => (int)s,
        ushort s => (int)s,
        uint u => (long)u,
        _ => null,
    };

    /// <summary>The spelling of a value of an enumeration, e.g. <c>Adaptive</c>; null when it has none.</summary>
    public static string? EnumName(TypedConstant constant)
    {
        if (constant.Kind != TypedConstantKind.Enum || constant.Type is not INamedTypeSymbol type)
            return null;
        foreach (var field in type.GetMembers().OfType<IFieldSymbol>())
            if (field.HasConstantValue && Equals(field.ConstantValue, constant.Value))
                return field.Name;
        return null;
    }

    public static string NumericType(SpecialType type) => type switch
    {
        SpecialType.System_Int32 => "int",
        SpecialType.System_Int64 => "long",
        SpecialType.System_Single => "float",
        SpecialType.System_Double => "double",
        _ => "",
    };
}
