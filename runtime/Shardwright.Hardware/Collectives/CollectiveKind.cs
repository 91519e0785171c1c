namespace Shardwright.Hardware;

/// <summary>The kinds of collective communication.</summary>
public enum CollectiveKind
{
    /// <summary>Every rank ends with the sum over ranks. Bytes: the buffer.</summary>
    AllReduce,

    /// <summary>Every rank ends with all ranks' parts. Bytes: the gathered tensor.</summary>
    AllGather,

    /// <summary>Every rank ends with its part of the sum. Bytes: the whole tensor before it is scattered.</summary>
    ReduceScatter,

    /// <summary>Every rank sends another part to each rank. Bytes: the send buffer of one rank, its own part included.</summary>
    AllToAll,

    /// <summary>Every rank ends with the root's values. Bytes: the buffer.</summary>
    Broadcast,
}

/// <summary>A group of ranks, by its role in the meshes.</summary>
public enum CollectiveGroup
{
    /// <summary>All ranks.</summary>
    World,

    /// <summary>The ranks that hold the experts together.</summary>
    ExpertPeers,

    /// <summary>The ranks that hold the same experts.</summary>
    ExpertReplicas,
}
