using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Body;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Members;

/// <summary>Captures a method: signature and body.</summary>
internal static class MethodCapture
{
    public static bool ReturnsTensors(IMethodSymbol method) => method.ReturnType.IsTensor() || method.ReturnType.IsTensorTuple();

    public static Method? Capture(ModuleContext context, IMethodSymbol method)
    {
        var declaration = SourceFiles.Declarations(method, context.Compilation, context.Cancellation).OfType<MethodDeclarationSyntax>().FirstOrDefault(d => d.Body is not null || d.ExpressionBody is not null);
        if (declaration is null)
        {
            context.Broken();
            return null;
        }
        int before = context.Errors;
        CheckSignature(context, method, declaration);
        var body = new BodyCapture(context, method);
        var parameters = method.Parameters.Select(p => Parameter(context, body, p, declaration)).ToEquatable();
        var operation = context.Model(declaration.SyntaxTree).GetOperation(declaration, context.Cancellation) as IMethodBodyOperation;
        var statements = body.Statements(operation?.BlockBody ?? operation?.ExpressionBody);
        if (operation is null || operation.BlockBody is { } block && block.DescendantsAndSelf().Any(o => o is IInvalidOperation))
            context.Broken();
        return new(MethodKeys.Of(method, context.Compilation), method.Name, method.IsStatic, parameters, statements, context.Errors > before);
    }

    static void CheckSignature(ModuleContext context, IMethodSymbol method, MethodDeclarationSyntax declaration)
    {
        if (method.IsGenericMethod)
            context.Report(RuleIds.CannotCapture, declaration.Identifier.GetLocation(), "A generic method", "a graph has one type for every value", "write it for Tensor<float>");
        else if (method.IsAsync)
            context.Report(RuleIds.CannotCapture, declaration.Identifier.GetLocation(), "An 'async' method", "a graph runs to its end without waiting", "remove 'async'");
        else if (method.MethodKind == MethodKind.ExplicitInterfaceImplementation)
            context.Report(RuleIds.CannotCapture, declaration.Identifier.GetLocation(), "An explicit interface implementation", "the generated code calls methods by their own name", "make it a public method");
        else if (method.ReturnType is { TypeKind: TypeKind.Error })
            context.Broken();
        else if (!ReturnsTensors(method) && !method.ReturnType.IsScalar())
            context.Report(RuleIds.CannotCapture, declaration.ReturnType.GetLocation(), $"The return type '{declaration.ReturnType}'", "a graph's methods return tensors of float, tuples of them, or numbers", "return one of those");
    }

    static MethodParameter Parameter(ModuleContext context, BodyCapture body, IParameterSymbol parameter, MethodDeclarationSyntax declaration)
    {
        var syntax = (SyntaxNode?)declaration.ParameterList.Parameters.ElementAtOrDefault(parameter.Ordinal) ?? declaration.ParameterList;
        var kind = parameter.Type.IsTensor() ? "tensor"
            : parameter.Type.IsTensorOf(SpecialType.System_Int32) ? "integers"
            : parameter.Type.IsScalar() ? "scalar"
            : parameter.Type.IsAnnotated() ? "module"
            : parameter.Type.IsParameter() || parameter.Type.IsState() ? "tensor" : "";
        if (parameter.Type is { TypeKind: TypeKind.Error })
            context.Broken();
        else if (kind == "")
            context.Report(RuleIds.CannotCapture, syntax, $"A parameter of type '{parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}'", "a graph's inputs are tensors of float or int, numbers and modules", "use one of those types");
        else if (parameter.RefKind != RefKind.None || parameter.IsParams)
            context.Report(RuleIds.CannotCapture, syntax, "A 'ref', 'in', 'out' or 'params' parameter", "a graph's values never change and their number is fixed", "use ordinary parameters and return a tuple");
        var shape = Annotations.Shape(parameter);
        return new(body.NameOf(parameter), kind, shape, Shards.OfInput(context, parameter, shape.Count), Default(context, parameter, syntax))
        {
            Site = context.Site(syntax),
            ShapeSites = Annotations.ShapeSites(context, parameter, shape.Count),
        };
    }

    /// <summary>A default value as a literal; null when there is none.</summary>
    public static Expression? Default(ModuleContext context, IParameterSymbol parameter, SyntaxNode syntax)
        => parameter.HasExplicitDefaultValue && Literals.Normalize(parameter.ExplicitDefaultValue) is { } value ? new Literal(context.Site(syntax), value) : null;
}
