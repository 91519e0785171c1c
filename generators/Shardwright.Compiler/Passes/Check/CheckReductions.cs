using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes.Check;

/// <summary>
/// The ranges of gradient blocks that are reduced behind the backward pass are those of the groups that <see cref="CheckGradients"/> found right: every trained block lies in one range of its group, or in none; ranges and blocks lie apart.
/// </summary>
public static class CheckReductions
{
    public static IReadOnlyList<ShardViolation> Run(ModelPlan plan, IReadOnlyDictionary<Graph.ParameterDeclaration, string?> groups)
    {
        var findings = new ShardFindings(plan.Mesh);
        foreach (var block in plan.Blocks.Where(b => b.IsTrained))
            Covered(block, plan, groups.TryGetValue(block.Parameter, out string? group) ? group : null, findings);
        foreach (var (a, b) in plan.Reductions.SelectMany((a, i) => plan.Reductions.Skip(i + 1).Select(b => (a, b))).Where(p => Overlap(p.a.Offset, p.a.Bytes, p.b.Offset, p.b.Bytes)))
            findings.Add(default, $"gradients over {a.Group}", $"[{a.Offset}, {a.Offset + a.Bytes}) overlaps [{b.Offset}, {b.Offset + b.Bytes}), which {b.Group} reduces: what is in both is added up twice");
        var trained = plan.Blocks.Where(b => b.IsTrained).OrderBy(b => b.MicroGradients).ToList();
        foreach (var (a, b) in trained.Zip(trained.Skip(1), (a, b) => (a, b)).Where(p => Overlap(p.a.MicroGradients, p.a.LocalBytes, p.b.MicroGradients, p.b.LocalBytes)))
            findings.Add(Source(b), b.Parameter.Path, $"its gradient block lies on that of {a.Parameter.Path}");
        return findings.Violations;
    }

    static void Covered(ParameterBlock block, ModelPlan plan, string? group, ShardFindings findings)
    {
        var touching = plan.Reductions.Where(r => Overlap(r.Offset, r.Bytes, block.MicroGradients, block.LocalBytes)).ToList();
        if (touching.Any(r => block.MicroGradients < r.Offset || block.MicroGradients + block.LocalBytes > r.Offset + r.Bytes))
            findings.Add(Source(block), block.Parameter.Path, $"a part of its gradient block is reduced over {touching[0].Group}; need all of it or nothing");
        foreach (int atom in findings.Atoms)
        {
            int joined = touching.Count(r => ShardFindings.Joins(r.Group, atom) != false), needed = ShardFindings.Joins(group, atom) == true ? 1 : 0;
            if (joined != needed)
                findings.Add(Source(block), block.Parameter.Path, ShardFindings.On(atom, $"its gradient reduced {joined} times (by {(touching.Count == 0 ? "no range" : string.Join(", ", touching.Select(r => r.Group)))})", needed == 1 ? $"once, over {group}" : "not at all"));
        }
        if (block.Group != group)
            findings.Add(Source(block), block.Parameter.Path, $"noted as reduced by {block.Group ?? "no group"}; need {group ?? "no group"}");
    }

    static Graph.SourceRef Source(ParameterBlock block) => new(block.Parameter.Type, block.Parameter.Site, block.Parameter.Site);

    static bool Overlap(long a, long aBytes, long b, long bBytes) => a < b + bBytes && b < a + aBytes;
}
