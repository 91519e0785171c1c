using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Shardwright.Compiler.Advice;

namespace Shardwright.Analyzers.Rules;

/// <summary>All rules, by identifier. To add one: a file beside this, a line here, a page in analyzers/rules, a line in AnalyzerReleases.Unshipped.md.</summary>
internal static class AllRules
{
    public static readonly ImmutableArray<DiagnosticDescriptor> All =
    [
        InternalError.Rule,
        CannotCapture.Rule,
        DataDependentControlFlow.Rule,
        CalleeWithoutSource.Rule,
        InPlaceOperator.Rule,
        ModelDeclaration.Rule,
        Recursion.Rule,
        ModelInputs.Rule,
        MemberCannotBeCaptured.Rule,
        OptionOutOfRange.Rule,
        ShapeMismatch.Rule,
        UnknownName.Rule,
        LoopCarriedShape.Rule,
        ExpertNotRowWise.Rule,
        NotDifferentiable.Rule,
        InputShape.Rule,
        UnusableModuleGraph.Rule,
        IndivisibleDimension.Rule,
        ExpertDoesNotDivideData.Rule,
        MovedBatch.Rule,
        ShardAxis.Rule,
        TopKAboveExperts.Rule,
        RouterSetting.Rule,
        .. AllAdvice.Rules.Select(rule => Descriptor(rule.Info)),
    ];

    /// <summary>The descriptor of a rule on plans; its whole message comes with the finding.</summary>
    static DiagnosticDescriptor Descriptor(RuleInfo rule) => new(rule.Id, rule.Title, "{0}", rule.Category, rule.Severity switch
    {
        RuleSeverity.Error => DiagnosticSeverity.Error,
        RuleSeverity.Warning => DiagnosticSeverity.Warning,
        _ => DiagnosticSeverity.Info,
    }, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + rule.Id);

    static readonly ImmutableDictionary<string, DiagnosticDescriptor> byId = All.ToImmutableDictionary(r => r.Id, StringComparer.Ordinal);

    /// <summary>The rule of that identifier; a compiler newer than its analyzer still gets its message out.</summary>
    public static DiagnosticDescriptor Find(string id) => byId.TryGetValue(id, out var rule) ? rule : UnknownName.Rule;
}
