using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>What a rank's program is given: who it is, its memory, and its peers.</summary>
public sealed class RankContext
{
    internal RankContext(ProgramPlan plan, TrainerOptions options, int rank, EmulatedCluster cluster, Arena arena, StepBoard board, PanelShelf shelf)
    {
        (Plan, Options, Rank, Arena, Board, Shelf) = (plan, options, rank, arena, board, shelf);
        (World, ExpertPeers, ExpertReplicas) = (cluster.World(rank), cluster.ExpertPeers(rank), cluster.ExpertReplicas(rank));
    }

    /// <summary>The compiled plan.</summary>
    public ProgramPlan Plan { get; }

    /// <summary>The trainer's options.</summary>
    public TrainerOptions Options { get; }

    /// <summary>This rank: expertData · Expert + expert.</summary>
    public int Rank { get; }

    /// <summary>This rank's device memory.</summary>
    public Arena Arena { get; }

    /// <summary>All ranks.</summary>
    public ICommunicator World { get; }

    /// <summary>The ranks that hold the experts together with this one.</summary>
    public ICommunicator ExpertPeers { get; }

    /// <summary>The ranks that hold the same experts as this one.</summary>
    public ICommunicator ExpertReplicas { get; }

    /// <summary>Decides where tokens go, in place of the routers; null where they do.</summary>
    internal RoutingSource? Routing { get; init; }

    internal StepBoard Board { get; }

    /// <summary>Virtual time of this rank; null when no clock runs.</summary>
    internal StepClock? Clock { get; init; }

    /// <summary>The target.</summary>
    internal Machine Machine { get; init; } = MachineCatalog.Get(MachineCatalog.Default);

    /// <summary>Where the ranks lie on it.</summary>
    internal MeshPlacement Place { get; init; } = new(1, 1, true);

    internal PanelShelf Shelf { get; }
}
