namespace Shardwright.Hardware;

/// <summary>The ranks of a mesh on a machine: which groups lie close together.</summary>
/// <param name="Data">Ranks.</param>
/// <param name="Expert">Ranks over which the experts are split; divides <paramref name="Data"/>.</param>
/// <param name="ExpertInnermost">The ranks of an expert group are neighbours (rank = expertData · Expert + expert); else the replicas of an expert are.</param>
public sealed record MeshPlacement(int Data, int Expert, bool ExpertInnermost = true)
{
    /// <summary>Ranks of a group.</summary>
    public int Size(CollectiveGroup group) => group switch
    {
        CollectiveGroup.ExpertPeers => Expert,
        CollectiveGroup.ExpertReplicas => Data / Expert,
        _ => Data,
    };

    /// <summary>Where the ranks of a group lie.</summary>
    public GroupShape Shape(Machine machine, CollectiveGroup group) => GroupShape.Of(machine, Size(group), group switch
    {
        CollectiveGroup.ExpertPeers => ExpertInnermost ? 1 : Data / Expert,
        CollectiveGroup.ExpertReplicas => ExpertInnermost ? Expert : 1,
        _ => 1,
    });

    /// <summary>In words, for reports.</summary>
    public override string ToString() => Expert == 1 || Expert == Data ? $"data {Data} × expert {Expert}"
        : $"data {Data} × expert {Expert}, {(ExpertInnermost ? "expert peers" : "expert replicas")} next to each other";
}
