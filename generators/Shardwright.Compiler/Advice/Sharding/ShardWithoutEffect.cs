using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice.Sharding;

/// <summary><c>[Shard(MeshAxis.Tensor)]</c>, which is accepted and changes nothing yet: every rank holds the whole parameter.</summary>
public sealed class ShardWithoutEffect : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW2009", "A [Shard] has no effect yet", RuleSeverity.Info);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        foreach (var module in study.Linked.Modules)
        {
            var sharded = module.Members.OfType<ParameterMember>().Where(m => m.Shards.Any(s => s.Axis == "Tensor")).ToList();
            if (sharded.Count == 0)
                continue;
            long bytes = study.Plan.Blocks.Where(b => b.Parameter.Type == module.Type && sharded.Any(m => m.Site == b.Parameter.Site)).Sum(b => b.LocalBytes);
            yield return new(Info, new(module.Type, sharded[0].Site),
                $"[Shard(MeshAxis.Tensor)] on {string.Join(", ", sharded.Select(m => $"'{m.Name}'"))} is accepted and changes nothing yet: the mesh has no axis Tensor, and every rank holds all {AdviceText.Bytes(bytes)} of {(sharded.Count == 1 ? "it" : "them")}")
            {
                Also = sharded.Skip(1).Select(m => new Cause(module.Type, m.Site)).ToEquatable(),
            };
        }
    }
}
