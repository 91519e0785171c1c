namespace Shardwright.Compiler.Graph;

/// <summary>How a tensor lies along one atom of the meshes.</summary>
public enum Layout
{
    Replicated,
    Sharded,
    Partial,
    Routed,
}

/// <summary>A tensor's state along one atom; <paramref name="Dimension"/> counts for <see cref="Layout.Sharded"/> (−1: the stacked expert dimension of a parameter).</summary>
public readonly record struct AtomState(Layout Layout, int Dimension = 0)
{
    public static readonly AtomState Replicated = new(Layout.Replicated);
    public static readonly AtomState Partial = new(Layout.Partial);
    public static readonly AtomState Routed = new(Layout.Routed);

    public static AtomState Sharded(int dimension) => new(Layout.Sharded, dimension);
}

/// <summary>
/// The atoms are the ordered common refinement of the dense mesh (data) and the expert mesh (expert data × expert): a rank's number is
/// <c>expertData · Expert + expert</c>. Dense tensors shard over both, expert parameters over <see cref="Expert"/> alone.
/// </summary>
public sealed record DeviceMesh(int Data, int Expert)
{
    public const int ExpertDataAtom = 0, ExpertAtom = 1, Atoms = 2;

    public int ExpertData => Data / Expert;

    public int Size(int atom) => atom == ExpertDataAtom ? ExpertData : Expert;
}

/// <summary>One state an atom.</summary>
public readonly record struct Sharding(AtomState ExpertData, AtomState Expert)
{
    public static readonly Sharding Replicated = new(AtomState.Replicated, AtomState.Replicated);

    /// <summary>The batch dimension of an input, split over all data ranks.</summary>
    public static readonly Sharding Batch = new(AtomState.Sharded(0), AtomState.Sharded(0));

    /// <summary>Rows at the ranks of their experts.</summary>
    public static readonly Sharding RoutedRows = new(AtomState.Sharded(0), AtomState.Routed);

    /// <summary>Expert parameters: a slice of the experts a rank, the same on every replica.</summary>
    public static readonly Sharding Experts = new(AtomState.Replicated, AtomState.Sharded(-1));

    public AtomState this[int atom] => atom == DeviceMesh.ExpertDataAtom ? ExpertData : Expert;

    public bool IsPartial => ExpertData.Layout == Layout.Partial || Expert.Layout == Layout.Partial;

    public Sharding With(int atom, AtomState state) => atom == DeviceMesh.ExpertDataAtom ? this with { ExpertData = state } : this with { Expert = state };

    /// <summary>The same tensor after its partial sums were added up.</summary>
    public Sharding Reduced() => new(
        ExpertData.Layout == Layout.Partial ? AtomState.Replicated : ExpertData,
        Expert.Layout == Layout.Partial ? AtomState.Replicated : Expert);

    /// <summary>The communicator whose ranks hold the partial sums: <c>World</c>, <c>ExpertReplicas</c> or <c>ExpertPeers</c>.</summary>
    public string PartialGroup(DeviceMesh mesh)
    {
        bool outer = ExpertData.Layout == Layout.Partial, inner = Expert.Layout == Layout.Partial;
        return (outer || mesh.ExpertData == 1) && (inner || mesh.Expert == 1) ? "World" : outer ? "ExpertReplicas" : "ExpertPeers";
    }

    /// <summary>How a comment writes it, e.g. <c>· Data</c>, <c>· Expert</c>, <c>partial(Data)</c>; empty when replicated.</summary>
    public string Describe(DeviceMesh mesh)
    {
        var words = new List<string>();
        var self = this;
        Add(Layout.Sharded, "");
        Add(Layout.Routed, "routed ");
        Add(Layout.Partial, "partial ");
        return string.Join(", ", words);

        void Add(Layout layout, string prefix)
        {
            bool outer = self.ExpertData.Layout == layout && mesh.ExpertData > 1, inner = self.Expert.Layout == layout && mesh.Expert > 1;
            if (outer && inner || outer && mesh.Expert == 1 || inner && mesh.ExpertData == 1 && layout != Layout.Routed && self.Expert.Dimension >= 0)
                words.Add(prefix + "Data");
            else if (outer)
                words.Add(prefix + "ExpertData");
            else if (inner)
                words.Add(prefix + "Expert");
        }
    }
}
