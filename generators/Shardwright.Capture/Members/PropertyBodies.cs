using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shardwright.Capture.Members;

internal static class PropertyBodies
{
    /// <summary>The one expression a getter returns: <c>=> e</c>, <c>{ get => e; }</c> or <c>{ get { return e; } }</c>.</summary>
    public static ExpressionSyntax? Getter(PropertyDeclarationSyntax property)
    {
        if (property.ExpressionBody is { } body)
            return body.Expression;
        var getter = property.AccessorList?.Accessors.FirstOrDefault(a => a.IsKind(SyntaxKind.GetAccessorDeclaration));
        return getter?.ExpressionBody?.Expression ?? (getter?.Body is { Statements: { Count: 1 } statements } && statements[0] is ReturnStatementSyntax { Expression: { } value } ? value : null);
    }
}
