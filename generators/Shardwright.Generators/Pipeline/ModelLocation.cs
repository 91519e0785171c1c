using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Support;

namespace Shardwright.Generators.Pipeline;

/// <summary>Where a model's name stands. A source location, because only those obey <c>#pragma</c> and <c>.editorconfig</c>.</summary>
internal sealed record ModelLocation(string Type, Location Location)
{
    public static ModelLocation From(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
        => new(((INamedTypeSymbol)context.TargetSymbol).FullName(), ((ClassDeclarationSyntax)context.TargetNode).Identifier.GetLocation());
}
