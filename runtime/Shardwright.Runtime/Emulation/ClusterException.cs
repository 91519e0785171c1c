namespace Shardwright;

/// <summary>A rank of the cluster failed, diverged from its peers or stalled. Every rank gets one, and the caller too.</summary>
public sealed class ClusterException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ClusterException(string message, int rank, string operation, Exception? innerException = null)
        : base(message, innerException)
    {
        Rank = rank;
        Operation = operation;
    }

    /// <summary>The rank that caused the failure.</summary>
    public int Rank { get; }

    /// <summary>The operation that rank was in, or had last completed.</summary>
    public string Operation { get; }
}
