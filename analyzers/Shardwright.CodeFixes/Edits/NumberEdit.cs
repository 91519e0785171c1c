using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shardwright.CodeFixes.Edits;

/// <summary>
/// Writes a whole number: over the literal at the place, or over that of the constant that the place names, in whichever class and file. A number that is computed (<c>4 * Width</c>) has no one place to write it, and nothing is offered.
/// </summary>
internal static class NumberEdit
{
    // Constants that are other constants; a cycle is the compiler's own error.
    const int LongestChain = 8;

    public static async Task<bool> Apply(EditPlace place, string text)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            return false;
        for (int i = 0; i < LongestChain; i++)
            switch (Expression(place.Node))
            {
                case LiteralExpressionSyntax { RawKind: (int)SyntaxKind.NumericLiteralExpression } literal:
                    return Write(place, literal, value);
                case LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } dimension when long.TryParse(dimension.Token.ValueText, NumberStyles.None, CultureInfo.InvariantCulture, out long size):
                    if (size != value)
                        place.Editor.ReplaceNode(dimension, SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(value.ToString(CultureInfo.InvariantCulture))).WithTriviaFrom(dimension));
                    return size != value;
                case { } expression when Named(place, expression)?.DeclaringSyntaxReferences.FirstOrDefault() is { } declaration && await place.Of(declaration).ConfigureAwait(false) is { } next:
                    place = next;
                    break;
                default:
                    return false;
            }
        return false;
    }

    /// <summary>The number's expression: that of a declaration of a constant, or the place itself.</summary>
    static ExpressionSyntax? Expression(SyntaxNode node)
    {
        var expression = node as ExpressionSyntax ?? (node.FirstAncestorOrSelf<VariableDeclaratorSyntax>() is { } constant && constant.Span == node.Span ? constant.Initializer?.Value : null);
        while (expression is ParenthesizedExpressionSyntax inner)
            expression = inner.Expression;
        return expression;
    }

    /// <summary>The constant that an expression is: by its name, or as a dimension in <c>[Shape(nameof(Batch))]</c>, where a constant of the model of that name is meant.</summary>
    static ISymbol? Named(EditPlace place, ExpressionSyntax expression)
    {
        if (expression is IdentifierNameSyntax or MemberAccessExpressionSyntax)
            return place.Model.GetSymbolInfo(expression, place.Cancellation).Symbol is { } symbol && IsWholeNumber(symbol) ? symbol : null;
        if (place.Model.GetConstantValue(expression, place.Cancellation) is not { HasValue: true, Value: string name })
            return null;
        var owner = expression.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type ? place.Model.GetDeclaredSymbol(type, place.Cancellation) : null;
        return owner?.GetMembers(name).FirstOrDefault(IsWholeNumber);
    }

    static bool IsWholeNumber(ISymbol symbol) => symbol switch
    {
        IFieldSymbol { IsConst: true, ContainingType.TypeKind: not TypeKind.Enum } field => IsWholeNumber(field.Type),
        ILocalSymbol { IsConst: true } local => IsWholeNumber(local.Type),
        _ => false,
    };

    static bool IsWholeNumber(ITypeSymbol type) => type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64;

    static bool Write(EditPlace place, LiteralExpressionSyntax literal, long value)
    {
        string old = literal.Token.Text, suffix = old.Substring(old.TrimEnd('l', 'L').Length);
        if (literal.Token.Value is not (int or long) || Convert.ToString(literal.Token.Value, CultureInfo.InvariantCulture) == value.ToString(CultureInfo.InvariantCulture))
            return false;
        // A number written in groups stays one.
        string digits = value.ToString(old.Contains('_') ? "N0" : "D", CultureInfo.InvariantCulture).Replace(',', '_');
        place.Editor.ReplaceNode(literal, SyntaxFactory.ParseExpression(digits + suffix).WithTriviaFrom(literal));
        return true;
    }
}
