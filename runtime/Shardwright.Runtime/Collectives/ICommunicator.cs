namespace Shardwright.Execution;

/// <summary>
/// Collectives of one rank within one group. All ranks of the group must make the same calls in the same order: the same kind, operation and element
/// count, else every rank gets a <see cref="ClusterException"/>. Sums follow the halving rule over the rank index (see <see cref="OrderedSum"/>),
/// so all ranks end with the same bits. <c>operation</c> names the call in errors; it must be a constant string, so that a step allocates nothing.
/// </summary>
public interface ICommunicator
{
    /// <summary>Ranks in the group.</summary>
    int Size { get; }

    /// <summary>This rank's index in the group.</summary>
    int Index { get; }

    /// <summary>Bytes of an element on the wire: 4, or 2 while what travels is bfloat16, which the host holds as float32. Only <see cref="BytesSent"/> depends on it.</summary>
    int WireBytes { get; set; }

    /// <summary>Replaces <paramref name="buffer"/> by its sum over the ranks, in place.</summary>
    void AllReduce(Span<float> buffer, string operation);

    /// <inheritdoc cref="AllReduce(Span{float}, string)"/>
    void AllReduce(Span<int> buffer, string operation);

    /// <summary>Gathers every rank's <paramref name="send"/> [n] into <paramref name="receive"/> [Size, n]. <paramref name="send"/> may be this rank's part of it.</summary>
    void AllGather(ReadOnlySpan<float> send, Span<float> receive, string operation);

    /// <inheritdoc cref="AllGather(ReadOnlySpan{float}, Span{float}, string)"/>
    void AllGather(ReadOnlySpan<int> send, Span<int> receive, string operation);

    /// <summary>Sums <paramref name="send"/> [Size, n] over the ranks; rank i gets part i in <paramref name="receive"/> [n], which may be that part of its own send buffer.</summary>
    void ReduceScatter(ReadOnlySpan<float> send, Span<float> receive, string operation);

    /// <inheritdoc cref="ReduceScatter(ReadOnlySpan{float}, Span{float}, string)"/>
    void ReduceScatter(ReadOnlySpan<int> send, Span<int> receive, string operation);

    /// <summary>
    /// Sends another part to each rank. Counts and offsets are in elements, [Size, segments]: a pair of ranks may exchange several segments, so that a receiver can
    /// place them, for example, expert by expert. Segment s from a to b must have the same count on both sides; zero is an ordinary count.
    /// </summary>
    /// <param name="send">What this rank gives.</param>
    /// <param name="sendCounts">Elements of each segment, by receiver.</param>
    /// <param name="sendOffsets">Where they begin in <paramref name="send"/>.</param>
    /// <param name="receive">Where what arrives goes.</param>
    /// <param name="receiveCounts">Elements of each segment, by sender.</param>
    /// <param name="receiveOffsets">Where they begin in <paramref name="receive"/>.</param>
    /// <param name="operation">Name in errors.</param>
    /// <param name="more">Nothing travels yet: the next all-to-all of this rank takes it along, so that ranks meet once for both. Until then all six buffers must stay where they are.</param>
    void AllToAll(ReadOnlySpan<float> send, ReadOnlySpan<int> sendCounts, ReadOnlySpan<int> sendOffsets,
        Span<float> receive, ReadOnlySpan<int> receiveCounts, ReadOnlySpan<int> receiveOffsets, string operation, bool more = false);

    /// <summary>
    /// As <see cref="AllToAll"/>, but what arrives is added to what is there: by ascending sender and segment, so that the bits do not depend on who is first. Segments may overlap at the receiver.
    /// </summary>
    void AddToAll(ReadOnlySpan<float> send, ReadOnlySpan<int> sendCounts, ReadOnlySpan<int> sendOffsets,
        Span<float> receive, ReadOnlySpan<int> receiveCounts, ReadOnlySpan<int> receiveOffsets, string operation);

    /// <summary>Copies the root's <paramref name="buffer"/> to every rank. <paramref name="root"/> is an index in the group.</summary>
    void Broadcast(Span<float> buffer, int root, string operation);

    /// <summary>Bytes this rank has sent to other ranks since construction (a reduction counts as reduce-scatter plus all-gather of slices).</summary>
    long BytesSent(Collective kind);
}
