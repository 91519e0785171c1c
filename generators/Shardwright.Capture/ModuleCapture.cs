using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Members;
using Shardwright.Capture.Model;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture;

/// <summary>Captures one annotated class: a table of contents.</summary>
public static class ModuleCapture
{
    /// <summary>Never throws on any input, except <see cref="OperationCanceledException"/>: a fault of ours becomes SHW0002 on the class.</summary>
    /// <param name="type">A class with <c>[Model]</c> or <c>[Module]</c>.</param>
    /// <param name="compilation">The compilation it belongs to.</param>
    /// <param name="projectDirectory">Paths of sources are given relative to it.</param>
    /// <param name="cancellation">Stops the capture.</param>
    public static CapturedModule Capture(INamedTypeSymbol type, Compilation compilation, string? projectDirectory, CancellationToken cancellation)
    {
        var context = new ModuleContext(type, compilation, cancellation);
        var parts = SourceFiles.Declarations(type, compilation, cancellation).OfType<TypeDeclarationSyntax>().ToArray();
        var name = parts.FirstOrDefault()?.Identifier.GetLocation() ?? Location.None;
        ModuleGraph graph;
        try
        {
            graph = Graph(context, parts, name);
        }
        catch (InsufficientExecutionStackException)
        {
            context.Report(RuleIds.CannotCapture, name, "This class", "an expression in it nests too deeply", "name its parts with locals");
            graph = Nothing(context);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            context.Report(RuleIds.InternalError, name, type.Name, $"{fault.GetType().Name}: {fault.Message}");
            graph = Nothing(context);
        }
        return new(graph, context.Sources(projectDirectory), context.Diagnostics, context.Locations(), name)
        {
            Libraries = context.Libraries.Values.ToEquatable(),
            Files = [.. parts.Select(p => p.SyntaxTree).Union(context.Files)],
        };
    }

    static ModuleGraph Graph(ModuleContext context, TypeDeclarationSyntax[] parts, Location name)
    {
        var type = context.Type;
        bool isModel = type.Find("ModelAttribute") is not null;
        var declaration = parts.Length > 0 ? ModelDeclaration.Problems(type, parts[0], isModel) : [];
        foreach (var (problem, fix, _) in declaration)
            context.Report(RuleIds.ModelDeclaration, name, type.Name, problem, fix);
        if (type.BaseType is { TypeKind: TypeKind.Error })
            context.Broken();

        var constructor = ConstructorCapture.Capture(context, isModel, out bool declaresConstructor);
        var members = new MemberCapture(context);
        foreach (var (syntax, symbol) in Declared(context, parts))
            members.Capture(syntax, symbol);

        foreach (var method in type.GetMembers().OfType<IMethodSymbol>().Where(m => !m.IsStatic && !m.IsImplicitlyDeclared && IsMethod(m) && MethodCapture.ReturnsTensors(m) && SourceFiles.HasSource(m, context.Compilation)))
            context.Reach(method);
        var methods = new List<Method>();
        while (context.Pending.Count > 0)
            if (MethodCapture.Capture(context, context.Pending.Dequeue()) is { } method && methods.All(m => m.Key != method.Key))
                methods.Add(method);

        RecursionCheck.Check(context, methods);
        if (isModel)
            ModelInputs.Check(context, name, methods);
        var options = isModel ? OptionsCapture.Capture(context, declaresConstructor) with { IsExtensible = declaration.All(d => d.IsExtensible) } : null;
        var precision = Annotations.Precision(context, type);
        if (isModel)
            Annotations.ReportRecompute(context, type);
        return new(type.FullName(), isModel, IsExpert(type), constructor, members.Constants, members.Members, methods.ToEquatable(), options, context.Errors > 0) { Precision = precision, Recompute = type.Find("RecomputeAttribute") is not null };
    }

    static IEnumerable<(SyntaxNode, ISymbol)> Declared(ModuleContext context, TypeDeclarationSyntax[] parts)
    {
        foreach (var member in parts.SelectMany(p => p.Members))
        {
            var nodes = member is FieldDeclarationSyntax fields ? fields.Declaration.Variables.AsEnumerable<SyntaxNode>() : [member];
            foreach (var node in nodes)
                if (context.Model(node.SyntaxTree).GetDeclaredSymbol(node, context.Cancellation) is { } symbol)
                    yield return (node, symbol);
        }
    }

    static bool IsMethod(IMethodSymbol method) => method.MethodKind is MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation;

    static bool IsExpert(INamedTypeSymbol type) => type.AllInterfaces.Any(i => i.Is("IExpert"));

    static ModuleGraph Nothing(ModuleContext context)
        => new(context.Type.FullName(), context.Type.Find("ModelAttribute") is not null, IsExpert(context.Type), default, default, default, default, null, true);
}
