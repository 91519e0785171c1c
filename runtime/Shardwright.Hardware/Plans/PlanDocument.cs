namespace Shardwright.Hardware;

/// <summary>
/// A compiled model's plan as it travels inside the assembly (JSON, one statement a line): enough to time a step on any machine and mesh, without the compiler. Runtime, build tasks and reports read the same text.
/// </summary>
public sealed record PlanDocument
{
    /// <summary>Version of the format; another one is an error that says so.</summary>
    public const int Version = 3;

    /// <summary>Type name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Where the class stands; null when it is not known.</summary>
    public PlanSource? Source { get; init; }

    /// <summary>The mesh that the program was compiled for, and how it lies on the target.</summary>
    public required MeshPlacement Placement { get; init; }

    /// <summary>Sequences of a global micro-batch.</summary>
    public required int Batch { get; init; }

    /// <summary>Tokens of a sequence.</summary>
    public required int TokensPerSequence { get; init; }

    /// <summary>Micro-batches of a step.</summary>
    public required int MicroBatches { get; init; }

    /// <summary>Name of the target.</summary>
    public required string Target { get; init; }

    /// <summary>Text of the target's machine file when it is the user's own; null for a built-in machine.</summary>
    public string? MachineText { get; init; }

    /// <summary>Time of a step at even load on the target, picoseconds.</summary>
    public required long PlannedPicoseconds { get; init; }

    /// <summary>Memory of a rank.</summary>
    public required PlanMemory Memory { get; init; }

    /// <summary>The step.</summary>
    public required TimedProgram Program { get; init; }

    /// <summary>What lies in a rank's memory during the step; parameters first, then the workspace and the experts' rows.</summary>
    public IReadOnlyList<PlanBuffer> Buffers { get; init; } = [];

    /// <summary>What the rules found.</summary>
    public IReadOnlyList<PlanFinding> Findings { get; init; } = [];

    /// <summary>Tokens of a step over all ranks.</summary>
    public long TokensPerStep => checked((long)Batch * TokensPerSequence * MicroBatches);

    /// <summary>The target.</summary>
    /// <exception cref="MachineFileException">It is neither built in nor a readable machine file.</exception>
    public Machine Machine() => MachineText is not null ? MachineFile.Read(MachineText, Target)
        : MachineCatalog.Find(Target) ?? throw new MachineFileException($"the plan of {Model} names the machine '{Target}', which this version of Shardwright does not have", Target, 1, 1);
}

/// <summary>Bytes of a rank's device memory, by what decides them.</summary>
/// <param name="Weights">Parameters; per expert of the rank where they are an expert's.</param>
/// <param name="Gradients">Gradients, and those of one micro-batch where there are several.</param>
/// <param name="Optimizer">Optimizer state.</param>
/// <param name="Workspace">Activations and temporaries whose size routing does not change.</param>
/// <param name="SavedBytesPerRow">For each expert group: bytes that a received row keeps from forward to backward in one layer.</param>
/// <param name="WorkingBytesPerRow">For each expert group: further bytes of a row while its layer runs.</param>
/// <param name="PeakBytes">Peak at even load on the mesh that was compiled for.</param>
public sealed record PlanMemory(Amount Weights, Amount Gradients, Amount Optimizer, long Workspace, IReadOnlyList<int> SavedBytesPerRow, IReadOnlyList<int> WorkingBytesPerRow, long PeakBytes)
{
    /// <summary>The part of <see cref="Workspace"/> that a rank holds for each rank of the world: routing counts that every rank has of all.</summary>
    public long WorkspacePerRank { get; init; }

    /// <summary>The largest parameter outside of all loops over layers; of experts there, all of one expert's.</summary>
    public Amount LargestOutside { get; init; }

    /// <summary>Bytes that are reserved from the start to the end of a step: parameters and their state, and the workspace below the experts' rows.</summary>
    public long Reserved { get; init; }

    /// <summary>Bytes of temporaries at the far end of memory, into which the experts' rows may grow while they are dead.</summary>
    public long Temporaries { get; init; }

    /// <summary>Peak of a rank that receives as many rows as the router can send it in every layer; <see cref="PeakBytes"/> where every expert group is exact.</summary>
    public long WorstPeakBytes { get; init; }

    /// <summary>For each expert group, how its rows come and go.</summary>
    public IReadOnlyList<PlanFrame> Frames { get; init; } = [];
}

/// <summary>A plan document that cannot be read.</summary>
public sealed class PlanDocumentException(string message) : Exception(message);
