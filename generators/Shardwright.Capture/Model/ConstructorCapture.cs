using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Members;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Model;

/// <summary>The constructor's parameters: what makes a module one of several sizes.</summary>
internal static class ConstructorCapture
{
    public static EquatableArray<ConstructorParameter> Capture(ModuleContext context, bool isModel, out bool declares)
    {
        var constructors = context.Type.InstanceConstructors
            .Select(c => (Symbol: c, Syntax: c.IsImplicitlyDeclared ? null : SourceFiles.Declarations(c, context.Compilation, context.Cancellation).FirstOrDefault())).Where(c => c.Syntax is not null).ToArray();
        declares = constructors.Length > 0;
        if (constructors.Length == 0)
            return default;
        if (constructors.Length > 1)
            context.Report(RuleIds.CannotCapture, Name(constructors[1].Syntax!), "A second constructor", "a module has one shape for the same arguments", "keep one constructor and give its parameters default values");
        foreach (var (_, syntax) in constructors)
            CheckBody(context, syntax!);
        return constructors[0].Symbol.Parameters.Select(p => Parameter(context, p, isModel)).ToEquatable();
    }

    static void CheckBody(ModuleContext context, SyntaxNode syntax)
    {
        if (syntax is not ConstructorDeclarationSyntax constructor)
            return;
        var statement = (SyntaxNode?)constructor.Body?.Statements.FirstOrDefault() ?? constructor.ExpressionBody?.Expression;
        if (statement is not null)
            context.Report(statement, new("A constructor's body", "modules and parameters are captured from their initialisers", "use a primary constructor and property initialisers"));
    }

    static ConstructorParameter Parameter(ModuleContext context, IParameterSymbol parameter, bool isModel)
    {
        var syntax = SourceFiles.Declarations(parameter, context.Compilation, context.Cancellation).FirstOrDefault();
        if (syntax is null)
            return new(parameter.Name, null);
        if (parameter.Type is { TypeKind: TypeKind.Error })
            context.Broken();
        else if (!parameter.Type.IsScalar())
            context.Report(RuleIds.MemberCannotBeCaptured, syntax, parameter.Name, "a constructor argument is a number, a truth value, a string or an enumeration", "pass sizes and create modules in property initialisers");
        else if (isModel && !parameter.HasExplicitDefaultValue)
            context.Report(RuleIds.MemberCannotBeCaptured, syntax, parameter.Name, "the trainer constructs the model without arguments", "give it a default value or use a constant");
        return new(parameter.Name, MethodCapture.Default(context, parameter, syntax));
    }

    static Location Name(SyntaxNode syntax) => syntax is ConstructorDeclarationSyntax constructor ? constructor.Identifier.GetLocation() : syntax.GetLocation();
}
