namespace Shardwright.Execution;

/// <summary>What a rank brings to a collective: the last rank to arrive checks the offers against each other and moves the data between their buffers in place, so nothing is copied but the data itself.</summary>
internal sealed unsafe class Offer
{
    private Offer? next;

    /// <summary>Exchanges that travel together, this one with them: see <see cref="Part"/>.</summary>
    public int Parts { get; set; } = 1;

    public Collective Kind { get; private set; }

    public string Operation { get; private set; } = "";

    public bool Integers { get; private set; }

    /// <summary>Elements for reductions and gathers, segments for all-to-all: what all ranks must agree on.</summary>
    public int Count { get; private set; }

    public int Root { get; private set; }

    /// <summary>What this rank gives; for AllReduce and Broadcast also where its result goes.</summary>
    public void* Buffer { get; private set; }

    /// <summary>Where this rank's result goes, for the other kinds.</summary>
    public void* Receive { get; private set; }

    public int* SendCounts { get; private set; }

    public int* SendOffsets { get; private set; }

    public int* ReceiveCounts { get; private set; }

    public int* ReceiveOffsets { get; private set; }

    /// <summary>What arrives is added to what is there.</summary>
    public bool Adds { get; private set; }

    public void Set(Collective kind, string operation, bool integers, int count, void* buffer, void* receive = null, int root = 0)
    {
        (Kind, Operation, Integers, Count, Root) = (kind, operation, integers, count, root);
        Buffer = buffer;
        Receive = receive;
    }

    public void SetSegments(int* sendCounts, int* sendOffsets, int* receiveCounts, int* receiveOffsets, bool adds)
    {
        SendCounts = sendCounts;
        SendOffsets = sendOffsets;
        ReceiveCounts = receiveCounts;
        ReceiveOffsets = receiveOffsets;
        Adds = adds;
    }

    /// <summary>The offer that travels with this one as number <paramref name="part"/>; 0 is this one.</summary>
    public Offer Part(int part)
    {
        var offer = this;
        for (; part > 0; part--)
            offer = offer.next ??= new();
        return offer;
    }

    public bool Matches(Offer other) => Kind == other.Kind && Count == other.Count && Integers == other.Integers && Root == other.Root && (Kind != Collective.AllToAll || Adds == other.Adds)
        && (ReferenceEquals(Operation, other.Operation) || Operation == other.Operation);

    public override string ToString() => $"{Kind} '{Operation}' of {Count} {(Integers ? "int32" : "float32")} {(Kind == Collective.AllToAll ? "segments" : "elements")}"
        + (Kind == Collective.Broadcast ? $" from {Root}" : "");
}
