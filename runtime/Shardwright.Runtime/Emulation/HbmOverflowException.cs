namespace Shardwright;

/// <summary>A rank needs more device memory (HBM) than its emulated core has. The message lists the largest buffers by class.</summary>
public sealed class HbmOverflowException : Exception
{
    /// <summary>Creates the exception.</summary>
    public HbmOverflowException(string message, int rank, long neededBytes, long capacityBytes)
        : base(message)
    {
        Rank = rank;
        NeededBytes = neededBytes;
        CapacityBytes = capacityBytes;
    }

    /// <summary>The rank that overflowed.</summary>
    public int Rank { get; }

    /// <summary>Bytes needed at that moment.</summary>
    public long NeededBytes { get; }

    /// <summary>Bytes the rank has.</summary>
    public long CapacityBytes { get; }
}
