using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Rules;

namespace Shardwright.Capture.Model;

/// <summary>What a class must be so that its program can be generated beside it.</summary>
internal static class ModelDeclaration
{
    public static void Check(ModuleContext context, ClassDeclarationSyntax declaration, bool isModel)
    {
        var type = context.Type;
        void Report(string problem, string fix) => context.Report(RuleIds.ModelDeclaration, declaration.Identifier.GetLocation(), type.Name, problem, fix);

        if (isModel && !declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
            Report("is not partial, so its program cannot be added to it", "write 'partial class'");
        if (isModel && type.ContainingType is not null)
            Report("is nested in another class", "declare it in a namespace");
        if (type.IsGenericType)
            Report("has type parameters, and a graph has one type for every value", "remove them");
        if (type.IsStatic || type.IsAbstract)
            Report("cannot be constructed", $"remove '{(type.IsStatic ? "static" : "abstract")}'");
        if (type.IsFileLocal)
            Report("is visible in its file only, so the generated code cannot name it", "remove 'file'");
        if (type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error })
            Report($"derives from '{type.BaseType.Name}', whose members would not be captured", "hold the other class as a module property");
        else if (type.BaseType is { TypeKind: TypeKind.Error })
            context.Broken();
        if (!IsReachable(type))
            Report("is not visible to the generated code", "make it public or internal");
    }

    static bool IsReachable(INamedTypeSymbol type)
    {
        for (var t = type; t is not null; t = t.ContainingType)
            if (t.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
                return false;
        return true;
    }
}
