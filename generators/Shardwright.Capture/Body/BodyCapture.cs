using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

/// <summary>
/// Captures one body or initialiser. A method that returns null has reported why (or the C# compiler has): callers only pass the null on.
/// </summary>
internal sealed partial class BodyCapture(ModuleContext context, IMethodSymbol? method)
{
    // Deeper than any model written by hand, shallower than the stack of the smallest compiler thread.
    const int DepthLimit = 256;

    readonly Dictionary<ISymbol, string> names = new(SymbolEqualityComparer.Default);
    readonly Dictionary<string, int> spellings = new(StringComparer.Ordinal);
    int depth;
    bool isTooDeep;

    /// <summary>Captures an expression; null after a diagnostic.</summary>
    public Expression? Expression(IOperation operation)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        if (depth >= DepthLimit)
            return TooDeep(operation, "name its parts with locals");
        depth++;
        try
        {
            return Constant(operation) ?? Allowed(operation);
        }
        finally
        {
            depth--;
        }
    }

    /// <summary>The allow-list of expressions.</summary>
    Expression? Allowed(IOperation operation) => operation switch
    {
        IConversionOperation conversion => Conversion(conversion),
        ILocalReferenceOperation { IsDeclaration: false } local => new Local(Site(local), NameOf(local.Local)),
        IParameterReferenceOperation parameter => Parameter(parameter),
        IPropertyReferenceOperation property => Property(property),
        IFieldReferenceOperation field => Field(field),
        IUnaryOperation unary => Unary(unary),
        IBinaryOperation binary => Binary(binary),
        IConditionalOperation { WhenFalse: not null, Type: not null } conditional => Conditional(conditional),
        IInvocationOperation invocation => Invocation(invocation),
        ITupleOperation tuple => Tuple(tuple),
        IParenthesizedOperation parenthesized => Expression(parenthesized.Operand),
        _ => Fail(operation),
    };

    // Said once a body: what is too deep is so in many places.
    Expression? TooDeep(IOperation operation, string alternative)
    {
        if (isTooDeep)
            return null;
        isTooDeep = true;
        return Fail(operation, new("This", $"it nests deeper than {DepthLimit}", alternative));
    }

    Literal? Constant(IOperation operation)
        => operation.ConstantValue is { HasValue: true } constant && Literals.Normalize(constant.Value) is { } value ? new(Site(operation), value) : null;

    int Site(IOperation operation) => context.Site(operation.Syntax);

    Expression? Fail(IOperation operation, Unsupported unsupported)
    {
        if (IsBroken(operation))
            context.Broken();
        else
            context.Report(operation.Syntax, unsupported);
        return null;
    }

    Expression? Fail(IOperation operation) => Fail(operation, Unsupported.Of(operation));

    static bool IsBroken(IOperation operation)
        => operation is IInvalidOperation || operation.Kind == OperationKind.None && operation.Type is null or { TypeKind: TypeKind.Error }
            || operation.Type is { TypeKind: TypeKind.Error } || operation.ChildOperations.Any(c => c is IInvalidOperation || c.Type is { TypeKind: TypeKind.Error });

    /// <summary>The captured name of a local or parameter: its spelling, with a suffix from the second of that spelling on.</summary>
    public string NameOf(ISymbol symbol)
    {
        if (names.TryGetValue(symbol, out var name))
            return name;
        spellings.TryGetValue(symbol.Name, out int count);
        spellings[symbol.Name] = ++count;
        return names[symbol] = count == 1 ? symbol.Name : $"{symbol.Name}#{count}";
    }

    /// <summary>A condition or bound, which instantiation has to evaluate: it must not depend on the data of a step.</summary>
    Expression? Evaluable(IOperation operation, string alternative)
    {
        if (operation.DescendantsAndSelf().FirstOrDefault(o => o.Type.HoldsData()) is null)
            return Expression(operation);
        if (IsBroken(operation))
            context.Broken();
        else
            context.Report(RuleIds.DataDependent, operation.Syntax, OneLine.Of(operation.Syntax, operation.Syntax.Span), alternative);
        return null;
    }
}
