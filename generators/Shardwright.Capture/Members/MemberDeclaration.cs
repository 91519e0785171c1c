using Microsoft.CodeAnalysis;
using Shardwright.Capture.Rules;

namespace Shardwright.Capture.Members;

/// <summary>A property or field as declared. <paramref name="WhyNot"/>: why its value may differ from its initialiser's.</summary>
internal sealed record MemberDeclaration(ISymbol Symbol, ITypeSymbol Type, Location Location, SyntaxNode Syntax, SyntaxNode? Initializer, string? WhyNot, bool IsStatic)
{
    /// <summary>The value comes from a getter's body, anew at each use.</summary>
    public bool IsComputed { get; init; }

    public void Report(ModuleContext context, string reason, string alternative) => context.Report(RuleIds.MemberCannotBeCaptured, Location, Symbol.Name, reason, alternative);
}
