namespace Shardwright.Compiler.Advice.Routing;

/// <summary>Parts of an exchange, or tokens that travel once, where neither can be: the program is the one without.</summary>
public sealed class ExchangeAsBefore : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW5006", "The way in which rows are to travel changes nothing", RuleSeverity.Warning);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        if (study.Plan.Mesh.Expert == 1)
            yield break;
        foreach (var group in DeclaredGroup.All(study))
        {
            if (group.Member.Chunks > 1 && study.Plan.ChunksOf(group.Site) == 1 && WhyWhole(study, group) is { } whole)
                yield return Told(group, $"rows do not travel in {group.Member.Chunks} parts: {whole}", "Experts.Chunks = 1");
            if (group.Site is { Dispatch: "Once", TopK: 1 })
                yield return Told(group, "tokens travel as with Dispatch.Variable: with topK = 1 each has one expert, and so one rank to go to", "Experts.Dispatch = Dispatch.Variable");
        }
    }

    Finding Told(DeclaredGroup group, string what, string edit) => new(Info, group.At, $"'{group.Site.Path}': {what}")
    {
        Fixes = EquatableArray.Of(new Fix($"Say {edit.Substring(edit.IndexOf('.') + 1)}", EquatableArray.Of(new Edit(EditKind.AttributeArgument, group.At, edit)))),
    };

    static string? WhyWhole(ModelStudy study, DeclaredGroup group) => group.Site.Dispatch switch
    {
        "Gathered" => "an all-gather brings all of them at once (Dispatch.Gathered)",
        "Once" => "a token that travels once to a rank comes for all its experts there (Dispatch.Once)",
        _ when group.Site.Experts == study.Plan.Mesh.Expert => "a rank has one expert, and a part is of whole experts",
        _ => OneByOne.Cause(study, group.Site) is { } cause ? $"experts run one by one, because {OneByOne.Because(cause)}" : null,
    };
}
