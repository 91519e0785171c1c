using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

internal sealed partial class BodyCapture
{
    const string ConditionAlternative = "use constants or constructor arguments in the condition, or compute both sides and combine them with operators";

    Expression? Unary(IUnaryOperation unary)
    {
        var sign = unary.OperatorKind switch
        {
            UnaryOperatorKind.Minus => "-",
            UnaryOperatorKind.Plus => "+",
            UnaryOperatorKind.Not => "!",
            _ => null,
        };
        if (sign is null || !IsKnownOperator(unary.OperatorMethod, unary.Type) || (sign != "-" && unary.Type.HoldsData()))
            return Fail(unary, OperatorOutside(unary.Type));
        int site = Site(unary);
        return Expression(unary.Operand) is { } operand ? new Unary(site, sign, operand) : null;
    }

    Expression? Binary(IBinaryOperation binary)
    {
        var sign = Spelling(binary.OperatorKind);
        bool tensor = binary.LeftOperand.Type.HoldsData() || binary.RightOperand.Type.HoldsData();
        if (sign is null || !IsKnownOperator(binary.OperatorMethod, binary.Type) || (tensor && sign is not ("+" or "-" or "*" or "/")))
            return Fail(binary, OperatorOutside(tensor ? binary.LeftOperand.Type : binary.Type));
        int site = Site(binary);
        var left = Expression(binary.LeftOperand);
        var right = Expression(binary.RightOperand);
        return left is null || right is null ? null : new Binary(site, sign, left, right);
    }

    Expression? Conditional(IConditionalOperation conditional)
    {
        int site = Site(conditional);
        var condition = Evaluable(conditional.Condition, ConditionAlternative);
        var whenTrue = Expression(conditional.WhenTrue);
        var whenFalse = Expression(conditional.WhenFalse!);
        return condition is null || whenTrue is null || whenFalse is null ? null : new Conditional(site, condition, whenTrue, whenFalse);
    }

    Expression? Tuple(ITupleOperation tuple)
    {
        int site = Site(tuple);
        var items = tuple.Elements.Select(Expression).ToArray();
        return items.Any(i => i is null) ? null : new TupleLiteral(site, new(items!));
    }

    Expression? Conversion(IConversionOperation conversion)
    {
        var (operand, type) = (conversion.Operand, conversion.Type);
        if (conversion.OperatorMethod is { } method)
            return type.IsTensor() && (method.ContainingType.IsParameter() || method.ContainingType.IsState()) ? Expression(operand) : Fail(conversion, UnknownConversion(type));
        if (conversion.Language != LanguageNames.CSharp)
            return Fail(conversion);
        var kind = conversion.GetConversion();
        if (kind.IsIdentity || kind.IsTupleLiteralConversion || kind.IsConditionalExpression || (kind.IsTupleConversion && type.IsTensorTuple()))
            return Expression(operand);
        var numeric = Literals.NumericType(type?.SpecialType ?? SpecialType.None);
        if (!(kind.IsNumeric || kind.IsEnumeration) || numeric == "")
            return Fail(conversion, UnknownConversion(type));
        int site = Site(conversion);
        return Expression(operand) is { } value ? new NumericCast(site, numeric, value) : null;
    }

    internal static string? Spelling(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.Add => "+",
        BinaryOperatorKind.Subtract => "-",
        BinaryOperatorKind.Multiply => "*",
        BinaryOperatorKind.Divide => "/",
        BinaryOperatorKind.Remainder => "%",
        BinaryOperatorKind.LessThan => "<",
        BinaryOperatorKind.LessThanOrEqual => "<=",
        BinaryOperatorKind.GreaterThan => ">",
        BinaryOperatorKind.GreaterThanOrEqual => ">=",
        BinaryOperatorKind.Equals => "==",
        BinaryOperatorKind.NotEquals => "!=",
        BinaryOperatorKind.ConditionalAnd => "&&",
        BinaryOperatorKind.ConditionalOr => "||",
        BinaryOperatorKind.And => "&",
        BinaryOperatorKind.Or => "|",
        _ => null,
    };

    // The operators of Tensor are C# 14 extension operators: their method lies in an unnamed extension block inside Tensor. Those of Parameter and State are their own.
    static bool IsKnownOperator(IMethodSymbol? method, ITypeSymbol? result)
        => method is null ? result.IsScalar() || result.IsTensor()
            : method.ContainingType.IsParameter() || method.ContainingType.IsState() || (method.ContainingNamespace.IsTensors() && result.IsTensor());

    static Rules.Unsupported OperatorOutside(ITypeSymbol? type) => type.HoldsData()
        ? new("This operator on tensors", "a graph has + - * / on tensors", "use those or the functions of Nn")
        : new("This operator", "it is not one of + - * / % < <= > >= == != && || & | ! on numbers", "write it with those, or compute the number in a constant");

    static Rules.Unsupported UnknownConversion(ITypeSymbol? type)
        => new($"The conversion to '{type?.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}'", "a graph knows int, long, float, double and tensors of float", "use one of those types");
}
