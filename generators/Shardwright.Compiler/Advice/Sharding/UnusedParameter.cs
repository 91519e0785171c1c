using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>A parameter that the training program never reads, or a module none of whose parameters it reads: by the program, not by the text, so code behind a false condition does not count.</summary>
public sealed class UnusedParameter : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW1016", "A parameter has no part in training", RuleSeverity.Warning) { NeedsEveryModel = true };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var (trained, inferred) = (Read(study.Train), Read(study.Plan.Program(ProgramKind.Infer)));
        // A class may be used in several places: what one of them reads has its part.
        var usedPlaces = new HashSet<Cause>(study.Plan.Blocks.Where(b => trained.Contains(b.Parameter)).SelectMany(b => Places(study, b.Parameter)).Select(p => p.At));
        var unused = study.Plan.Blocks.Where(b => !b.Parameter.IsState && !trained.Contains(b.Parameter) && !(b.Parameter.Frozen && inferred.Contains(b.Parameter)))
            .Select(b => (Block: b, Place: Places(study, b.Parameter).FirstOrDefault(p => !usedPlaces.Contains(p.At)))).Where(u => u.Place.Path is not null);
        foreach (var place in unused.GroupBy(u => u.Place.At))
        {
            var blocks = place.Select(u => u.Block).ToList();
            bool isModule = place.First().Place.IsModule;
            string name = isModule ? $"'{place.First().Place.Path}', with {blocks.Count} parameter{(blocks.Count == 1 ? "" : "s")}," : $"'{place.First().Place.Path}' [{string.Join(", ", blocks[0].Parameter.Shape)}]";
            string reads = blocks.All(b => inferred.Contains(b.Parameter)) ? "is read by Forward alone: Loss, which is what training makes small, does not reach it" : "is read by neither Loss nor Forward";
            long bytes = blocks.Sum(b => b.LocalBytes * (b.IsTrained ? 4 : 1));
            yield return new(Info, place.Key, $"{name} {reads}: it keeps its initial values, and takes {AdviceText.Bytes(bytes)} of a rank{(blocks.Any(b => b.IsTrained) ? " with gradients and AdamW's moments" : "")}. Use it, or remove it");
        }
    }

    static HashSet<ParameterDeclaration> Read(PlannedProgram program) => new(program.Root.Walk().SelectMany(n => n.Reads).Select(v => v.Storage.Parameter).OfType<ParameterDeclaration>());

    /// <summary>The members on the way to a parameter, outermost first.</summary>
    static IEnumerable<(Cause At, string? Path, bool IsModule)> Places(ModelStudy study, ParameterDeclaration parameter)
    {
        for (int end = parameter.Path.IndexOf('.'); ; end = parameter.Path.IndexOf('.', end + 1))
        {
            string path = end < 0 ? parameter.Path : parameter.Path.Substring(0, end);
            if (MemberPaths.Find(study.Linked, path) is { } found)
                yield return (new(found.Owner.Type, found.Member.Site), path, end >= 0);
            if (end < 0)
                yield break;
        }
    }
}
