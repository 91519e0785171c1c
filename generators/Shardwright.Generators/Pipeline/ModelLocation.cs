using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Model;
using Shardwright.Capture.Support;

namespace Shardwright.Generators.Pipeline;

/// <summary>Where a model's name stands, and what is wrong with its declaration. A source location, because only those obey <c>#pragma</c> and <c>.editorconfig</c>.</summary>
internal sealed record ModelLocation(string Type, Location Location, string Declaration)
{
    public static ModelLocation From(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var (type, declaration) = ((INamedTypeSymbol)context.TargetSymbol, (TypeDeclarationSyntax)context.TargetNode);
        return new(type.FullName(), declaration.Identifier.GetLocation(), string.Join("; ", ModelDeclaration.Problems(type, declaration, isModel: true).Select(p => $"it {p.Problem}: {p.Fix}")));
    }
}
