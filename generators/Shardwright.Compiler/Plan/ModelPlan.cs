using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Plan;

/// <summary>What the program is for.</summary>
public enum ProgramKind
{
    /// <summary>The objective and its gradients.</summary>
    Train,

    /// <summary>The loss.</summary>
    Evaluate,

    /// <summary>The output of Forward.</summary>
    Infer,
}

/// <summary>Bytes a routed row needs in the frame of one expert group: kept until the backward pass, and at most while forward or backward runs.</summary>
public sealed record RoutedFrame(ExpertSite Site, int SavedBytes, int ForwardBytes, int BackwardBytes, bool HasBackward, int LowerBoundBytes)
{
    /// <summary>The part of <see cref="BackwardBytes"/> in use while gradients are dispatched to the frame.</summary>
    public int ArrivingBytes { get; init; }

    /// <summary>The part of <see cref="BackwardBytes"/> in use while gradients return from it.</summary>
    public int LeavingBytes { get; init; }

    /// <summary>How far from the far end of memory temporaries reach: while the frame is open in forward, then, while gradients arrive, while the experts run backward, while gradients leave, and then.</summary>
    public (long Forward, long Kept, long Arriving, long Backward, long Leaving, long Closed) Temporaries { get; init; }
}

/// <summary>One program with its storage.</summary>
public sealed record PlannedProgram(
    ProgramKind Kind, Region Root, IReadOnlyDictionary<Value, ArenaBuffer> Storage, ProgramOrder Order, IReadOnlyList<ArenaBuffer> Workspace, long WorkspaceBytes,
    IReadOnlyList<RoutedFrame> Frames, long PeakBytes, long LowerBoundBytes)
{
    /// <summary>The part of <see cref="WorkspaceBytes"/> that temporaries take at the far end.</summary>
    public long TemporaryBytes { get; init; }

    /// <summary>The part of the workspace below the stack that this program needs by itself.</summary>
    public long LowerBytes { get; init; }

    /// <summary>The expert groups' frames and where in the program they are open.</summary>
    public IReadOnlyList<RoutedSite> Routed { get; init; } = [];

    /// <summary>Peak of workspace and routed stack when every rank gets a number of rows in every layer of a group; <see cref="PeakBytes"/> at the groups' own.</summary>
    public Func<Func<RoutedSite, long>, long> PeakAtRows { get; init; } = _ => 0;

    /// <summary>The same at a multiple of a rank's even share, which a group whose rows are exact has always.</summary>
    public long PeakAtLoad(double load) => PeakAtRows(site => site.IsExact ? site.Rows : (long)Math.Ceiling(load * site.Rows));

    public RoutedFrame Frame(ExpertSite site) => Frames.First(f => f.Site.Index == site.Index);
}

/// <summary>A parameter's blocks in the arena; −1 where it has none.</summary>
public sealed record ParameterBlock(ParameterDeclaration Parameter, string? Group, long LocalBytes, long Weights, long Gradients, long Means, long Variances, long MicroGradients)
{
    public bool IsTrained => Gradients >= 0;
}

/// <summary>A range of the gradient blocks that one group reduces in one call.</summary>
public sealed record GradientRange(string Group, long Offset, long Bytes);

/// <summary>The plan of a model: what the generator prints and the runtime allocates.</summary>
public sealed record ModelPlan(
    DeviceMesh Mesh, int MicroBatches, bool Clip, int Batch, IReadOnlyList<InputDeclaration> Inputs, IReadOnlyList<InputDeclaration> ForwardInputs, IReadOnlyList<ParameterBlock> Blocks, IReadOnlyList<GradientRange> Reductions,
    IReadOnlyList<ExpertSite> Sites, IReadOnlyList<PlannedProgram> Programs, long PersistentBytes, long MicroGradientOffset, long MicroGradientBytes, long WorkspaceOffset, long StaticBytes, TensorType Output)
{
    public PlannedProgram Program(ProgramKind kind) => Programs.First(p => p.Kind == kind);

    /// <summary>The part of <see cref="StaticBytes"/> at the far end of memory, which the routed stack may use while it is free.</summary>
    public long TemporaryBytes { get; init; }

    /// <summary>Peak of a rank at even load: that of the training program.</summary>
    public long PeakBytes => PeakAt(1);

    /// <summary>Peak of a rank when every rank gets a multiple of its even share of rows in every layer.</summary>
    public long PeakAt(double load) => Peak(Program(ProgramKind.Train).PeakAtLoad(load));

    /// <summary>Peak of a rank that receives as many rows as the router can send it in every layer.</summary>
    public long WorstPeakBytes => Peak(Program(ProgramKind.Train).PeakAtRows(site => RoutedRows.Round(Step!.Program.Sites[site.Frame.Site.Index].WorstRows(Mesh.Expert))));

    /// <summary>Another program may need more below the stack than the training program itself.</summary>
    long Peak(long train) => WorkspaceOffset + train + (StaticBytes - TemporaryBytes - WorkspaceOffset - Program(ProgramKind.Train).LowerBytes);

    /// <summary>Parameters that products read in packed form.</summary>
    public IReadOnlyList<PackedParameter> Packed { get; } = PackedParameter.All(Programs);

    /// <summary>Parts in which the rows of a rank's experts travel.</summary>
    public int ChunksOf(ExpertSite site) => Programs[0].Root.Walk().Select(n => n.Op).OfType<Ops.ExpertLoop>().Where(loop => loop.Site.Index == site.Index).Select(loop => loop.Chunks).FirstOrDefault();

    /// <summary>How the experts of a site are placed; null where all are at home.</summary>
    public ReplicaPlacement? PlacementOf(ExpertSite site) => Programs[0].Root.Walk().Select(n => n.Op).OfType<PullReplicas>().FirstOrDefault(p => p.Site.Index == site.Index)?.Placement;

    /// <summary>The packed parameters that replicas read too.</summary>
    public IEnumerable<PackedParameter> Replicated => Programs.SelectMany(p => p.Root.Walk()).Where(n => n.Op is Ops.MatMul && n.Replicas is not null).Select(n => PackedParameter.Of(n, n.Input(1))).OfType<PackedParameter>().Distinct();

    /// <summary>Whether some buffers are in bfloat16.</summary>
    public bool StoresBFloat16 { get; } = Programs.Any(p => p.Storage.Keys.Any(v => v.ElementBytes == 2));

    /// <summary>The step as the clock sees it.</summary>
    public TimedStep? Step { get; init; }

    /// <summary>What it costs on the target.</summary>
    public StepEstimate? Estimate { get; init; }

    /// <summary>Index of the loss-weight input; −1 without.</summary>
    public int LossWeights { get; init; } = -1;
}
