using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Routing;

/// <summary>A group of experts as a model declares and runs it.</summary>
/// <param name="Site">The group in the program.</param>
/// <param name="Owner">The class that declares it.</param>
/// <param name="Member">Its declaration.</param>
public sealed record DeclaredGroup(ExpertSite Site, ModuleGraph Owner, ExpertGroupMember Member)
{
    public Cause At => new(Owner.Type, Member.Site);

    /// <summary>The groups that a training step runs, each declaration once.</summary>
    public static IEnumerable<DeclaredGroup> All(ModelStudy study) => study.Plan.Sites
        .Where(site => study.Plan.Step!.Program.Sites[site.Index].TokensPerRank > 0)
        .Select(site => MemberPaths.Find(study.Linked, site.Path) is { Member: ExpertGroupMember member } found ? new DeclaredGroup(site, found.Owner, member) : null)
        .OfType<DeclaredGroup>().GroupBy(g => g.At).Select(g => g.First());

    /// <summary>The model with this declaration changed.</summary>
    public Func<LinkedModel, LinkedModel> With(Func<ExpertGroupMember, ExpertGroupMember> change) => linked => ModelStudy.WithModule(linked, Owner.Type,
        module => module with { Members = module.Members.Select(m => m == Member ? change(Member) : m).ToEquatable() });

    /// <summary>Where the ranks that hold the experts together lie.</summary>
    public static GroupShape Peers(ModelStudy study) => study.Estimate.Costs.Shape(CollectiveGroup.ExpertPeers);

    /// <summary>A lowering as <c>Dispatch</c> spells it and as the field does.</summary>
    public static string Describe(string dispatch) => dispatch switch
    {
        "Padded" => "an all-to-all of equal blocks",
        "Gathered" => "an all-gather and a reduce-scatter",
        "Once" => "all-to-all-v of each token once to a rank",
        _ => "all-to-all-v",
    };
}
