using Shardwright.Compiler.Advice.Memory;
using Shardwright.Compiler.Advice.Routing;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>The exchanges of rows with experts add a large part to the step: what would make them shorter, each remedy costed anew.</summary>
public sealed class ExposedAllToAll : AdviceRule
{
    const string LeastShare = "least_share_percent";

    public override RuleInfo Info { get; } = new("SHW4001", "All-to-all takes a large part of the step", RuleSeverity.Warning) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LeastShare, 15, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var exchanges = study.OfAllParts.Where(s => IsExchange(s.Cost.Op)).ToList();
        double least = study.Step * study.Option(Info, LeastShare) / 100;
        // What a collective adds to the step is at most the time it takes and what it slows others down by meanwhile.
        if (exchanges.Count == 0 || exchanges.Sum(s => s.Picoseconds) * study.Machine.OverlapSlowdown < least)
            yield break;
        long added = study.TimeAdded(IsExchange);
        if (added < least)
            yield break;
        var sites = exchanges.GroupBy(s => s.Cost.Op.Site).OrderByDescending(g => g.Sum(s => s.Picoseconds)).ThenBy(g => g.Key).ToList();
        var remedies = Remedies(study).Where(r => r.Saved > 0).OrderByDescending(r => r.Saved).ToList();
        var largest = sites[0].OrderByDescending(s => s.Cost.Collective!.Value.LinkBytes).First();
        string advice = remedies.Count == 0 ? $"No smaller expert group, dispatch or number format makes the step shorter on {study.Target}"
            : $"Remedies on {study.Target}, each costed for itself: " + string.Join("; ", remedies.Select(r => $"{r.Text} saves {AdviceText.Duration(r.Saved)} a step ({AdviceText.Percent((double)r.Saved / study.Step)})"));
        yield return new(Info, At(sites[0]),
            $"Rows on their way to experts and back add {AdviceText.Duration(added)} to a step of {AdviceText.Duration(study.Step)} ({AdviceText.Percent((double)added / study.Step)}): {exchanges.Sum(s => s.Cost.Runs)} exchanges among {study.Plan.Mesh.Expert} ranks, "
            + $"the largest {AdviceText.Bytes(largest.Cost.Op.Collective!.RowBytes * study.Plan.Step!.Program.Sites[largest.Cost.Op.Site].Copies / Math.Max(1, largest.Cost.Op.Chunk.Count))} a rank in {AdviceText.Duration(largest.Cost.Picoseconds)}. {advice}",
            remedies.Count == 0 ? 0 : remedies[0].Saved)
        {
            Also = sites.Skip(1).Select(At).ToEquatable(),
            Fixes = remedies.SelectMany(r => r.Fixes).ToEquatable(),
        };
    }

    internal static bool IsExchange(TimedOp op) => op.Collective is { Exchange: not RowExchange.None };

    /// <summary>The call of <c>Forward</c>, from which all exchanges of a group come.</summary>
    static Cause At(IEnumerable<Statement> site) => site.First().At;

    static IEnumerable<(string Text, long Saved, EquatableArray<Fix> Fixes)> Remedies(ModelStudy study)
    {
        if (study.FasterMesh(0, m => m.Expert < study.Plan.Mesh.Expert) is { } mesh)
        {
            int level = Links.Outermost(mesh.Mesh.Peers(study.Machine));
            string where = level < 0 ? "which needs no exchange" : level < Links.Outermost(Peers(study)) ? $"whose expert groups stay inside the {study.Machine.Levels[level].Name}" : "with smaller expert groups";
            yield return ($"[{mesh.Mesh}], {where}{(study.IsMeshOverridden ? " (the build property ShardwrightMesh sets the mesh)" : "")},", mesh.Saved, MeshFix.Of(study.Linked, mesh.Mesh.Data, mesh.Mesh.Expert));
        }
        if ((OtherDispatch(study, RowExchange.Variable) ?? OtherDispatch(study, RowExchange.Padded)) is { } other)
            yield return other;
        if (InParts(study) is { } parts)
            yield return parts;
        if (Once(study) is { } once)
            yield return once;
        if (Float32WhereBFloat16Serves.InBFloat16(study) is { } plan)
            yield return ("bfloat16, which halves rows and speeds products up,", study.Step - plan.Estimate!.Summary.Picoseconds, EquatableArray.Of(Float32WhereBFloat16Serves.Fix(study)));
    }

    /// <summary>Exchanges that hide behind the products of other experts, in as many parts as are fastest.</summary>
    static (string Text, long Saved, EquatableArray<Fix> Fixes)? InParts(ModelStudy study) => Changed(study, group => group.Member.Chunks == 1, member => member with { Chunks = 0 }, "Experts.Chunks = 0", "Let rows travel in parts") is not { } changed ? null
        : ($"rows in {changed.Plan.Sites.Max(changed.Plan.ChunksOf)} parts, of which one travels while another is computed,", changed.Saved, changed.Fixes);

    /// <summary>Tokens that travel once to each rank with some of their experts.</summary>
    static (string Text, long Saved, EquatableArray<Fix> Fixes)? Once(ModelStudy study)
    {
        if (Changed(study, group => group.Member is { Chunks: 1, Dispatch: "Variable" } && group.Site.TopK > 1, member => member with { Dispatch = "Once" }, "Experts.Dispatch = Dispatch.Once", "Let tokens travel once to a rank") is not { } changed)
            return null;
        double share = changed.Plan.Step!.Program.Sites.Where((_, site) => changed.Plan.Sites[site].Dispatch == "Once").Min(site => DispatchTraffic.OnceShare(site.Experts, site.TopK, study.Plan.Mesh.Expert, site.Groups, site.KeptGroups));
        return ($"Dispatch.Once, by which a token travels once to each rank with some of its experts, {AdviceText.Percent(share)} of the rows there (experts chosen at random),", changed.Saved, changed.Fixes);
    }

    /// <summary>The model with some groups declared otherwise, compiled in full; null where there are none, or where it does not fit.</summary>
    static (ModelPlan Plan, long Saved, EquatableArray<Fix> Fixes)? Changed(ModelStudy study, Func<DeclaredGroup, bool> which, Func<ExpertGroupMember, ExpertGroupMember> change, string edit, string title)
    {
        var groups = DeclaredGroup.All(study).Where(which).ToList();
        if (groups.Count == 0 || study.With(linked => groups.Aggregate(linked, (changed, group) => group.With(change)(changed))) is not { } plan || plan.PeakBytes > study.Machine.Rank.HbmBytes)
            return null;
        var edits = groups.Select(group => new Edit(EditKind.AttributeArgument, group.At, edit));
        return (plan, study.Step - plan.Estimate!.Summary.Picoseconds, EquatableArray.Of(new Fix(title, edits.ToEquatable())));
    }

    /// <summary>Another way for rows to travel, where the target documents it for these ranks and it is faster. At even load equal blocks move the same bytes as all-to-all-v, so only all-gather has something to win.</summary>
    static (string Text, long Saved, EquatableArray<Fix> Fixes)? OtherDispatch(ModelStudy study, RowExchange lowering)
    {
        var others = study.Plan.Sites.Where(s => s.Dispatch == nameof(RowExchange.Gathered)).ToList();
        if (others.Count == 0 || (lowering == RowExchange.Variable ? AllToAllLegality.WhyNotVariable(study.Machine, Peers(study)) : AllToAllLegality.WhyNotPadded(study.Machine, Peers(study))) is not null)
            return null;
        long saved = study.Step - study.Retime(op => op.Collective is { Exchange: RowExchange.Gathered } work ? op with { Collective = work with { Kind = CollectiveKind.AllToAll, Exchange = lowering } } : op);
        var edits = others.Select(site => new Edit(EditKind.AttributeArgument, study.Of(site), $"Experts.Dispatch = Dispatch.{lowering}"));
        return ($"Dispatch.{lowering} in place of all-gather and reduce-scatter", saved, EquatableArray.Of(new Fix($"Use Dispatch.{lowering}", edits.ToEquatable())));
    }

    static GroupShape Peers(ModelStudy study) => study.Estimate.Costs.Shape(CollectiveGroup.ExpertPeers);
}
