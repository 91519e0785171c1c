using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Capture.Members;
using Shardwright.Capture.Support;

namespace Shardwright.Analyzers.Suppressors;

/// <summary>Silences what other analyzers say of models and is wrong there, because a model is captured: following the advice would break it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelSuppressor : DiagnosticSuppressor
{
    static readonly SuppressionDescriptor
        canBeStatic = new("SHWSPR0001", "CA1822", "Forward and Loss are called on an instance of their model or module, whether or not they read its state"),
        validateArguments = new("SHWSPR0002", "CA1062", "A graph throws no exceptions: a method that is captured cannot check its arguments, and shapes are checked when it is compiled"),
        unusedMember = new("SHWSPR0003", "IDE0051", "[Shape] names the constant");

    /// <inheritdoc/>
    public override ImmutableArray<SuppressionDescriptor> SupportedSuppressions { get; } = [canBeStatic, validateArguments, unusedMember];

    /// <inheritdoc/>
    public override void ReportSuppressions(SuppressionAnalysisContext context)
    {
        foreach (var diagnostic in context.ReportedDiagnostics)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (diagnostic.Location.SourceTree is not { } tree || tree.GetRoot(context.CancellationToken).FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not { } node)
                continue;
            var member = node.FirstAncestorOrSelf<VariableDeclaratorSyntax>() ?? (SyntaxNode?)node.FirstAncestorOrSelf<MemberDeclarationSyntax>();
            if (member is not null && context.GetSemanticModel(tree).GetDeclaredSymbol(member, context.CancellationToken) is { } symbol && Find(diagnostic.Id, symbol) is { } suppression)
                context.ReportSuppression(Suppression.Create(suppression, diagnostic));
        }
    }

    static SuppressionDescriptor? Find(string id, ISymbol symbol) => symbol switch
    {
        IMethodSymbol method when method.ContainingType.IsAnnotated() && MethodCapture.ReturnsTensors(method) => id switch
        {
            "CA1822" when method.Name is "Forward" or "Loss" => canBeStatic,
            "CA1062" => validateArguments,
            _ => null,
        },
        IFieldSymbol { IsConst: true } constant when id == "IDE0051" && IsDimension(constant) => unusedMember,
        _ => null,
    };

    static bool IsDimension(IFieldSymbol constant) => constant.ContainingType.IsAnnotated() && constant.ContainingType.GetMembers().OfType<IMethodSymbol>()
        .SelectMany(m => m.Parameters).Any(p => Annotations.Shape(p).Contains(constant.Name));
}
