using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shardwright.Capture.Model;

/// <summary>What a class must be so that its program can be generated beside it.</summary>
public static class ModelDeclaration
{
    /// <summary>What is wrong with the declaration and how to mend it; and whether generated code can add a part to the class all the same.</summary>
    public static IReadOnlyList<(string Problem, string Fix, bool IsExtensible)> Problems(INamedTypeSymbol type, TypeDeclarationSyntax declaration, bool isModel)
    {
        var problems = new List<(string, string, bool)>();
        // A part all the same: 'CreateTrainer' exists, and the C# compiler's own message (CS0260) is about the same mistake.
        if (isModel && !declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
            problems.Add(("is not partial, so its program cannot be added to it", "write 'partial class'", true));
        if (type.IsRecord)
            problems.Add(("is a record, and a model has no copies that are equal", "write 'class' in place of 'record'", false));
        if (isModel && type.ContainingType is not null)
            problems.Add(("is nested in another class", "declare it in a namespace", false));
        if (type.IsGenericType)
            problems.Add(("has type parameters, and a graph has one type for every value", "remove them", false));
        if (type.IsStatic || type.IsAbstract)
            problems.Add(("cannot be constructed", $"remove '{(type.IsStatic ? "static" : "abstract")}'", !type.IsStatic));
        if (type.IsFileLocal)
            problems.Add(("is visible in its file only, so the generated code cannot name it", "remove 'file'", false));
        if (type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error })
            problems.Add(($"derives from '{type.BaseType.Name}', whose members would not be captured", "hold the other class as a module property", true));
        if (!IsReachable(type))
            problems.Add(("is not visible to the generated code", "make it public or internal", false));
        return problems;
    }

    static bool IsReachable(INamedTypeSymbol type)
    {
        for (var t = type; t is not null; t = t.ContainingType)
            if (t.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
                return false;
        return true;
    }
}
