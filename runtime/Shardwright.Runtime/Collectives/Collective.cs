namespace Shardwright;

/// <summary>The kinds of collective communication, as counted in <see cref="StepReport.Bytes"/>.</summary>
public enum Collective
{
    /// <summary>Every rank ends with the sum over ranks.</summary>
    AllReduce,

    /// <summary>Every rank ends with all ranks' parts.</summary>
    AllGather,

    /// <summary>Every rank ends with its part of the sum over ranks.</summary>
    ReduceScatter,

    /// <summary>Every rank sends another part to each rank.</summary>
    AllToAll,

    /// <summary>Every rank ends with the root's values.</summary>
    Broadcast,
}
