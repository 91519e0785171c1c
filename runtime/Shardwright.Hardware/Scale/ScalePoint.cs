namespace Shardwright.Hardware;

/// <summary>A step on one number of chips and one mesh: its time, memory and cost, or why there is none.</summary>
public sealed record ScalePoint
{
    /// <summary>Chips.</summary>
    public required int Chips { get; init; }

    /// <summary>The mesh and how it lies on the machine; null when the chips allow none.</summary>
    public MeshPlacement? Mesh { get; init; }

    /// <summary>Whether parameters, gradients and optimizer state are split over data ranks (<see cref="ShardedProgram"/>).</summary>
    public bool IsSharded { get; init; }

    /// <summary>Memory of the fullest rank; null without a mesh.</summary>
    public ScaleMemory? Memory { get; init; }

    /// <summary>Why the step cannot run: what does not divide, or what does not fit; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The step; null when there is a problem.</summary>
    public ScaleStep? Step { get; init; }

    /// <summary>max ÷ mean rows of the ranks of an expert group, of the busiest layer and of the mean layer; 1 at even load.</summary>
    public (double Most, double Mean) LoadFactor { get; init; } = (1, 1);
}

/// <summary>What a step takes. Times in picoseconds; the mean rank's where ranks differ, unless said otherwise.</summary>
public sealed record ScaleStep
{
    /// <summary>From the start to the end of the last rank.</summary>
    public required long Picoseconds { get; init; }

    /// <summary>Time of the busiest rank in which no engine did anything, because a collective was awaited: communication that nothing hides, and idle ranks' waiting.</summary>
    public required long Exposed { get; init; }

    /// <summary>Time of the mean rank between its arrivals at collectives and those of the last rank: what uneven load costs.</summary>
    public required long Waiting { get; init; }

    /// <summary>Time in collectives by kind, hidden or not. Index is <see cref="CollectiveKind"/>.</summary>
    public required IReadOnlyList<long> Collectives { get; init; }

    /// <summary>FLOPs of products over all ranks.</summary>
    public required double Flops { get; init; }

    /// <summary>FLOPs ÷ (time · published peak of all chips): each product by the peak of its own format.</summary>
    public required double Mfu { get; init; }

    /// <summary>Tokens, energy, carbon and dollars of the step.</summary>
    public required StepCost Cost { get; init; }

    /// <summary>Mean hours between failures of the cluster.</summary>
    public required double HoursBetweenFailures { get; init; }
}
