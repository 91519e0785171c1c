namespace Shardwright.Execution;

/// <summary>
/// Collectives between threads of one process. Ranks publish where their buffers are and meet; the last of them moves the data in place, see <see cref="Transfer"/>: no copies but the transfer itself, no
/// scratch, no allocation.
/// </summary>
internal sealed unsafe class InProcessCommunicator(RankGroup group, int index, RankState state) : ICommunicator
{
    private const int FloatsPerCacheLine = 16;

    // All-to-alls that travel with the next.
    private int waiting;

    private readonly long[] sent = new long[Enum.GetValues<Collective>().Length];

    public int Size => group.Ranks.Length;

    public int Index => index;

    public int WireBytes { get; set; } = sizeof(float);

    public long BytesSent(Collective kind) => Volatile.Read(ref sent[(int)kind]);

    public void AllReduce(Span<float> buffer, string operation) => AllReduce<float>(buffer, operation);

    public void AllReduce(Span<int> buffer, string operation) => AllReduce<int>(buffer, operation);

    public void AllGather(ReadOnlySpan<float> send, Span<float> receive, string operation) => AllGather<float>(send, receive, operation);

    public void AllGather(ReadOnlySpan<int> send, Span<int> receive, string operation) => AllGather<int>(send, receive, operation);

    public void ReduceScatter(ReadOnlySpan<float> send, Span<float> receive, string operation) => ReduceScatter<float>(send, receive, operation);

    public void ReduceScatter(ReadOnlySpan<int> send, Span<int> receive, string operation) => ReduceScatter<int>(send, receive, operation);

    public void AllToAll(ReadOnlySpan<float> send, ReadOnlySpan<int> sendCounts, ReadOnlySpan<int> sendOffsets,
        Span<float> receive, ReadOnlySpan<int> receiveCounts, ReadOnlySpan<int> receiveOffsets, string operation, bool more = false)
        => Exchange(send, sendCounts, sendOffsets, receive, receiveCounts, receiveOffsets, operation, adds: false, more);

    public void AddToAll(ReadOnlySpan<float> send, ReadOnlySpan<int> sendCounts, ReadOnlySpan<int> sendOffsets,
        Span<float> receive, ReadOnlySpan<int> receiveCounts, ReadOnlySpan<int> receiveOffsets, string operation)
        => Exchange(send, sendCounts, sendOffsets, receive, receiveCounts, receiveOffsets, operation, adds: true, more: false);

    private void Exchange(ReadOnlySpan<float> send, ReadOnlySpan<int> sendCounts, ReadOnlySpan<int> sendOffsets,
        Span<float> receive, ReadOnlySpan<int> receiveCounts, ReadOnlySpan<int> receiveOffsets, string operation, bool adds, bool more)
    {
        int segments = sendCounts.Length / Size;
        RequireSegments(sendCounts, sendOffsets, send.Length, "send", segments, operation);
        RequireSegments(receiveCounts, receiveOffsets, receive.Length, "receive", segments, operation);
        for (int peer = 0; peer < Size; peer++)
            for (int segment = 0; segment < segments && peer != index; segment++)
                Count<float>(Collective.AllToAll, sendCounts[peer * segments + segment]);
        fixed (float* from = send, to = receive)
        fixed (int* counts = sendCounts, offsets = sendOffsets, expected = receiveCounts, places = receiveOffsets)
        {
            var offer = group.Offers[index].Part(waiting);
            offer.SetSegments(counts, offsets, expected, places, adds);
            offer.Set(Collective.AllToAll, operation, integers: false, segments, from, to);
            if (more)
                waiting++;
            else
                Meet(operation, parts: waiting + 1);
        }
    }

    public void Broadcast(Span<float> buffer, int root, string operation)
    {
        if ((uint)root >= (uint)Size)
            throw new ArgumentOutOfRangeException(nameof(root), root, $"Broadcast '{operation}': group {group.Name} has {Size} ranks.");
        if (index == root)
            Count<float>(Collective.Broadcast, (long)buffer.Length * (Size - 1));
        fixed (float* own = buffer)
            Meet<float>(Collective.Broadcast, operation, buffer.Length, own, root: root);
    }

    private void AllReduce<T>(Span<T> buffer, string operation) where T : unmanaged
    {
        if (Size == 1)
        {
            state.Enter(operation);
            return;
        }
        // As if each rank summed one slice and sent it to all: what travels is a reduce-scatter and an all-gather of slices, in whole cache lines.
        int slice = ((buffer.Length + Size - 1) / Size + FloatsPerCacheLine - 1) / FloatsPerCacheLine * FloatsPerCacheLine;
        long own = Math.Min((long)slice * (index + 1), buffer.Length) - Math.Min((long)slice * index, buffer.Length);
        Count<T>(Collective.AllReduce, buffer.Length - own + (Size - 1) * own);
        fixed (T* values = buffer)
            Meet<T>(Collective.AllReduce, operation, buffer.Length, values);
    }

    private void ReduceScatter<T>(ReadOnlySpan<T> send, Span<T> receive, string operation) where T : unmanaged
    {
        RequireParts(Collective.ReduceScatter, operation, "send", send.Length, receive.Length);
        Count<T>(Collective.ReduceScatter, (long)receive.Length * (Size - 1));
        fixed (T* from = send, to = receive)
            Meet<T>(Collective.ReduceScatter, operation, receive.Length, from, to);
    }

    private void AllGather<T>(ReadOnlySpan<T> send, Span<T> receive, string operation) where T : unmanaged
    {
        RequireParts(Collective.AllGather, operation, "receive", receive.Length, send.Length);
        Count<T>(Collective.AllGather, (long)send.Length * (Size - 1));
        fixed (T* from = send, to = receive)
            Meet<T>(Collective.AllGather, operation, send.Length, from, to);
    }

    private void Meet<T>(Collective kind, string operation, int count, T* buffer, T* receive = null, int root = 0) where T : unmanaged
    {
        if (waiting > 0)
            throw new InvalidOperationException($"{kind} '{operation}': {waiting} all-to-alls of this rank wait for a last one to travel with.");
        group.Offers[index].Set(kind, operation, typeof(T) == typeof(int), count, buffer, receive, root);
        Meet(operation, parts: 1);
    }

    private void Meet(string operation, int parts)
    {
        (group.Offers[index].Parts, waiting) = (parts, 0);
        state.Enter(operation);
        group.Meet(state);
    }

    private void Count<T>(Collective kind, long elements) where T : unmanaged => sent[(int)kind] += elements * (sizeof(T) / sizeof(float) * WireBytes);

    private void RequireParts(Collective kind, string operation, string name, int got, int part)
    {
        if (got != (long)part * Size)
            throw new ArgumentException($"{kind} '{operation}': {name} has {got} elements, need {(long)part * Size} = {Size} ranks × {part}.", name);
    }

    private void RequireSegments(ReadOnlySpan<int> counts, ReadOnlySpan<int> offsets, int length, string side, int segments, string operation)
    {
        if (counts.Length != segments * Size || offsets.Length != counts.Length)
            throw new ArgumentException($"AllToAll '{operation}': got {counts.Length} {side} counts and {offsets.Length} {side} offsets, need {segments * Size} = {Size} ranks × {segments} segments.");
        for (int i = 0; i < counts.Length; i++)
            if (counts[i] < 0 || offsets[i] < 0 || (long)offsets[i] + counts[i] > length)
                throw new ArgumentException($"AllToAll '{operation}': {side} segment {i} covers elements {offsets[i]} to {(long)offsets[i] + counts[i]} of a buffer of {length}.");
    }
}
