using Shardwright.Compiler.Advice.Communication;
using Shardwright.Compiler.Advice.Cost;
using Shardwright.Compiler.Advice.Memory;
using Shardwright.Compiler.Advice.Routing;
using Shardwright.Compiler.Advice.Sharding;
using Shardwright.Compiler.Advice.Target;

namespace Shardwright.Compiler.Advice;

/// <summary>All rules on compiled plans, by family. To add one: a file in the family's folder, a line in its list, a page in analyzers/rules, a line in AnalyzerReleases.Unshipped.md.</summary>
public static class AllAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
        .. ShardingAdvice.Rules,
        .. MemoryAdvice.Rules,
        .. CommunicationAdvice.Rules,
        .. RoutingAdvice.Rules,
        .. TargetAdvice.Rules,
        .. CostAdvice.Rules,
    ];

    /// <summary>The thresholds that may be set, by their keys.</summary>
    public static readonly IReadOnlyDictionary<string, RuleOption> Options =
        Rules.SelectMany(r => r.Info.Options, (r, option) => (Key: Thresholds.Key(r.Info, option.Name), Option: option)).ToDictionary(p => p.Key, p => p.Option, StringComparer.Ordinal);
}
