using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Body;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Members;

/// <summary>Captures the properties and fields of a class, in declaration order.</summary>
internal sealed class MemberCapture(ModuleContext context)
{
    readonly List<Member> members = [];
    readonly List<NamedConstant> constants = [];

    public EquatableArray<Member> Members => members.ToEquatable();

    public EquatableArray<NamedConstant> Constants => constants.ToEquatable();

    public void Capture(SyntaxNode declaration, ISymbol symbol)
    {
        switch (symbol, declaration)
        {
            case (IFieldSymbol { IsConst: true } field, _):
                if (Literals.Normalize(field.ConstantValue) is { } constant)
                    constants.Add(new(field.Name, constant));
                break;
            case (IFieldSymbol field, VariableDeclaratorSyntax declarator):
                Capture(new(field, field.Type, declarator.Identifier.GetLocation(), declarator, declarator.Initializer, field.IsReadOnly ? null : "it can change", field.IsStatic));
                break;
            case (IPropertySymbol { IsIndexer: false } property, PropertyDeclarationSyntax syntax):
                Capture(new(property, property.Type, syntax.Identifier.GetLocation(), syntax, (SyntaxNode?)syntax.Initializer ?? PropertyBodies.Getter(syntax), WhyMutable(property), property.IsStatic)
                {
                    IsComputed = syntax.Initializer is null,
                });
                break;
        }
    }

    void Capture(MemberDeclaration member)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        int errors = context.Errors;
        if (!(member.Type.IsRepeated() || member.Type.IsExpertGroup() || member.Type.IsAnnotated()))
            Annotations.ReportRecompute(context, member.Symbol);
        if (member.Type is { TypeKind: TypeKind.Error })
            context.Broken();
        else if (member.Type.IsScalar())
            Scalar(member);
        else if (IsPartOfModel(member.Type) && Check(member) is { } initializer)
            Handle(member, initializer);
        if (context.Errors > errors)
            context.Refused.Add(member.Symbol);
    }

    /// <summary>A number is captured if it can be; whether that matters, its uses say.</summary>
    void Scalar(MemberDeclaration member)
    {
        if (member.WhyNot is not null || member.Initializer is null || Value(member.Initializer) is not { } value)
            return;
        int site = context.Site(member.Syntax);
        using var attempt = context.Attempt();
        if (new BodyCapture(context, null).Expression(value) is not { } expression)
            return;
        attempt.Keep();
        Add(new ScalarMember(member.Symbol.Name, site, expression));
    }

    void Handle(MemberDeclaration member, IObjectCreationOperation creation)
    {
        int site = context.Site(member.Syntax);
        var body = new BodyCapture(context, null);
        var arguments = body.Arguments(creation.Arguments, skip: "make");
        if (arguments is not { } captured)
            return;
        var name = member.Symbol.Name;
        var shape = captured.Select(a => a.Value).ToEquatable();
        if (member.Type.IsParameter())
            Add(new ParameterMember(name, site, shape, Shards.OfParameter(context, member.Symbol, shape.Count), member.Symbol.Find("NoDecayAttribute") is not null, IsFrozen(member)), member.Symbol);
        else if (member.Type.IsState())
            Add(new StateMember(name, site, shape));
        else if (member.Type.IsRepeated() || member.Type.IsExpertGroup())
            List(member, creation, site, captured);
        else if (ModuleTypes.Check(context, member.Type, member.Location) && NoInitializer(creation))
            Add(new ModuleMember(name, site, member.Type.FullName(), captured, IsFrozen(member)), member.Symbol);
    }

    void List(MemberDeclaration member, IObjectCreationOperation creation, int site, EquatableArray<Argument> captured)
    {
        var item = ((INamedTypeSymbol)member.Type).TypeArguments[0];
        if (!ModuleTypes.Check(context, item, member.Location))
            return;
        if (Factories.Created(creation) is not { } made || !SymbolEqualityComparer.Default.Equals(made.Type, item))
        {
            member.Report(context, "it is not visible which module it makes", $"write '() => new {item.Name}(…)' as its last argument");
            return;
        }
        var body = new BodyCapture(context, null);
        if (body.Arguments(made.Arguments, skip: null) is not { } arguments || !NoInitializer(made) || Find(captured, "count") is not { } count)
            return;
        if (member.Type.IsRepeated())
            Add(new RepeatedMember(member.Symbol.Name, site, item.FullName(), count, arguments, IsFrozen(member)), member.Symbol);
        else if (Find(captured, "topK") is { } topK && Factories.Settings(creation, body, context) is { } settings)
            Add(new ExpertGroupMember(member.Symbol.Name, site, item.FullName(), count, topK, arguments, settings,
                Annotations.Experts(member.Symbol, "Placement", "Static"), Annotations.Experts(member.Symbol, "Dispatch", "Variable"), IsFrozen(member))
            {
                Slots = Annotations.Experts(context, member.Symbol, "Slots", otherwise: 2, least: 0),
                LeastTokens = Annotations.Experts(context, member.Symbol, "LeastTokens", otherwise: 0, least: 0),
                Order = Annotations.Experts(member.Symbol, "Order", "Fast"),
                Chunks = Annotations.Experts(context, member.Symbol, "Chunks", otherwise: 1, least: 0),
            }, member.Symbol);
    }

    bool NoInitializer(IObjectCreationOperation creation)
    {
        if (creation.Initializer is null or { Initializers.Length: 0 })
            return true;
        context.Report(creation.Initializer.Syntax, new("An object initialiser of a module", "a module is shaped by its constructor alone", "pass the value as a constructor argument"));
        return false;
    }

    /// <summary>The creation that initialises a parameter or module; null after saying what is wrong with the declaration.</summary>
    IObjectCreationOperation? Check(MemberDeclaration member)
    {
        if (member.IsComputed && member.Initializer is not null)
            member.Report(context, "it is computed", "give the property an initialiser, and call a method for what is computed");
        else if (member.WhyNot is { } reason)
            member.Report(context, reason, "make it get-only");
        else if (member.IsStatic)
            member.Report(context, "it is static, so two models would share it", "remove 'static'");
        else if (member.Symbol.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal))
            member.Report(context, "the generated code has to reach it", "make it public or internal");
        else if (member.Initializer is null)
            member.Report(context, "it has no initialiser", "write '{ get; } = new(…);'");
        else if (Value(member.Initializer) is not { } value)
            context.Broken();
        else if (Factories.Unwrap(value) is not IObjectCreationOperation creation)
        {
            if (value.DescendantsAndSelf().Any(o => o is IInvalidOperation))
                context.Broken();
            else
                member.Report(context, "its initialiser is not 'new'", "write '{ get; } = new(…);'");
        }
        else if (!SymbolEqualityComparer.Default.Equals(creation.Type, member.Type))
            member.Report(context, "its initialiser makes another type", $"declare it as '{creation.Type?.Name}'");
        else
            return creation;
        return null;
    }

    IOperation? Value(SyntaxNode initializer)
    {
        var expression = initializer is EqualsValueClauseSyntax equals ? equals.Value : initializer;
        // Parentheses and '!' have no operation of their own.
        while (expression is ParenthesizedExpressionSyntax or PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression })
            expression = expression is ParenthesizedExpressionSyntax inner ? inner.Expression : ((PostfixUnaryExpressionSyntax)expression).Operand;
        return context.Model(expression.SyntaxTree).GetOperation(expression, context.Cancellation);
    }

    bool IsPartOfModel(ITypeSymbol type)
        => type.IsParameter() || type.IsState() || type.IsRepeated() || type.IsExpertGroup() || type.IsAnnotated() || ModuleTypes.LooksLikeModule(type, context.Compilation);

    void Add(Member member, ISymbol? symbol = null)
    {
        members.Add(symbol is null ? member : member with
        {
            Precision = Annotations.Precision(context, symbol),
            Recompute = symbol.Find("RecomputeAttribute") is not null,
        });
        context.Members.Add(member.Name);
    }

    static Expression? Find(EquatableArray<Argument> arguments, string name) => arguments.FirstOrDefault(a => a.Name == name)?.Value;

    static bool IsFrozen(MemberDeclaration member) => member.Symbol.Find("FrozenAttribute") is not null;

    static string? WhyMutable(IPropertySymbol property) => property.SetMethod is null ? null : "it can change";
}
