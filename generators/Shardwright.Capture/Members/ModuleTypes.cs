using Microsoft.CodeAnalysis;
using Shardwright.Capture.Libraries;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;

namespace Shardwright.Capture.Members;

/// <summary>Which types are modules whose graph is known: from source, or from the library that carries it.</summary>
internal static class ModuleTypes
{
    public static bool Check(ModuleContext context, ITypeSymbol type, Location location)
    {
        if (type.TypeKind == TypeKind.Error)
            context.Broken();
        else if (!SourceFiles.HasSource(type, context.Compilation))
            return type is INamedTypeSymbol library && new LibraryReach(context, location).Follow(library);
        else if (!type.IsAnnotated())
        {
            context.Refused.Add(type);
            context.Report(RuleIds.MemberCannotBeCaptured, location, type.Name, "its class is no module", "put [Module] on the class");
        }
        else
            return true;
        return false;
    }

    /// <summary>Whether a class without annotation holds parameters: then leaving it out would silently leave parameters untrained.</summary>
    public static bool LooksLikeModule(ITypeSymbol type, Compilation compilation)
        => type is INamedTypeSymbol { TypeKind: TypeKind.Class } && SourceFiles.HasSource(type, compilation) && type.GetMembers().Any(m => m switch
        {
            IPropertySymbol property => IsHandle(property.Type),
            IFieldSymbol field => IsHandle(field.Type),
            _ => false,
        });

    static bool IsHandle(ITypeSymbol type) => type.IsParameter() || type.IsState() || type.IsRepeated() || type.IsExpertGroup() || type.IsAnnotated();
}
