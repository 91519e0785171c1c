using System.Numerics;

namespace Shardwright.Execution;

/// <summary>
/// Collectives between threads of one process. Ranks publish where their buffers are, meet, read the peers' buffers in place, and meet again before anyone may touch its
/// buffer: no copies but the transfer itself, no scratch, no allocation.
/// </summary>
internal sealed unsafe class InProcessCommunicator(RankGroup group, int index, RankState state, EmulatedCluster cluster) : ICommunicator
{
    private const int FloatsPerCacheLine = 16;

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
        Span<float> receive, ReadOnlySpan<int> receiveCounts, ReadOnlySpan<int> receiveOffsets, string operation)
    {
        int segments = sendCounts.Length / Size;
        RequireSegments(sendCounts, sendOffsets, send.Length, "send", segments, operation);
        RequireSegments(receiveCounts, receiveOffsets, receive.Length, "receive", segments, operation);
        fixed (float* from = send, to = receive)
        fixed (int* counts = sendCounts, offsets = sendOffsets)
        {
            group.Offers[index].SetSegments(counts, offsets);
            Open<float>(Collective.AllToAll, operation, segments, from);
            for (int peer = 0; peer < Size; peer++)
            {
                var offer = group.Offers[peer];
                for (int segment = 0; segment < segments; segment++)
                {
                    int theirs = index * segments + segment, mine = peer * segments + segment, count = offer.SendCounts[theirs];
                    if (count != receiveCounts[mine])
                        throw new InvalidOperationException($"AllToAll '{operation}': rank {group.Ranks[peer]} sends {count} elements in segment {segment} "
                            + $"to rank {group.Ranks[index]}, which expects {receiveCounts[mine]}. Both sides must compute the counts from the same routing.");
                    new ReadOnlySpan<float>((float*)offer.Buffer + offer.SendOffsets[theirs], count).CopyTo(receive[receiveOffsets[mine]..]);
                    if (peer != index)
                        Count<float>(Collective.AllToAll, sendCounts[mine]);
                }
            }
            Close();
        }
    }

    public void Broadcast(Span<float> buffer, int root, string operation)
    {
        if ((uint)root >= (uint)Size)
            throw new ArgumentOutOfRangeException(nameof(root), root, $"Broadcast '{operation}': group {group.Name} has {Size} ranks.");
        fixed (float* own = buffer)
        {
            Open<float>(Collective.Broadcast, operation, buffer.Length, own, root);
            if (index == root)
                Count<float>(Collective.Broadcast, (long)buffer.Length * (Size - 1));
            else
                new ReadOnlySpan<float>(group.Offers[root].Buffer, buffer.Length).CopyTo(buffer);
            Close();
        }
    }

    private void AllReduce<T>(Span<T> buffer, string operation) where T : unmanaged, INumber<T>
    {
        state.Enter(operation);
        if (Size == 1)
            return;
        fixed (T* own = buffer)
        {
            Open<T>(Collective.AllReduce, operation, buffer.Length, own);
            // Each rank sums one slice and writes it to all buffers: nobody else reads or writes that slice between the two meetings.
            int slice = ((buffer.Length + Size - 1) / Size + FloatsPerCacheLine - 1) / FloatsPerCacheLine * FloatsPerCacheLine;
            int first = (int)Math.Min((long)slice * index, buffer.Length), end = Math.Min(first + slice, buffer.Length);
            Sum(Leaves(stackalloc nint[Size]), first, end, default(Span<T>));
            Count<T>(Collective.AllReduce, buffer.Length - (end - first) + (long)(Size - 1) * (end - first));
            Close();
        }
    }

    private void ReduceScatter<T>(ReadOnlySpan<T> send, Span<T> receive, string operation) where T : unmanaged, INumber<T>
    {
        RequireParts(Collective.ReduceScatter, operation, "send", send.Length, receive.Length);
        fixed (T* own = send)
        {
            Open<T>(Collective.ReduceScatter, operation, receive.Length, own);
            Sum(Leaves(stackalloc nint[Size]), receive.Length * index, receive.Length * (index + 1), receive);
            Count<T>(Collective.ReduceScatter, (long)receive.Length * (Size - 1));
            Close();
        }
    }

    private void AllGather<T>(ReadOnlySpan<T> send, Span<T> receive, string operation) where T : unmanaged, INumber<T>
    {
        RequireParts(Collective.AllGather, operation, "receive", receive.Length, send.Length);
        fixed (T* own = send)
        {
            Open<T>(Collective.AllGather, operation, send.Length, own);
            for (int peer = 0; peer < Size; peer++)
                new ReadOnlySpan<T>(group.Offers[peer].Buffer, send.Length).CopyTo(receive[(peer * send.Length)..]);
            Count<T>(Collective.AllGather, (long)send.Length * (Size - 1));
            Close();
        }
    }

    // Sums [first, end) of the leaves into destination, or into every leaf when there is none.
    private void Sum<T>(Span<nint> leaves, int first, int end, Span<T> destination) where T : unmanaged, INumber<T>
    {
        T* scratch = stackalloc T[OrderedSum.Block];
        fixed (nint* pointers = leaves)
        {
            for (int start = first; start < end; start += OrderedSum.Block)
            {
                var sum = new Span<T>(scratch, Math.Min(OrderedSum.Block, end - start));
                OrderedSum.Reduce((T**)pointers, 0, Size, start, sum);
                if (!destination.IsEmpty)
                    sum.CopyTo(destination[(start - first)..]);
                else
                    for (int peer = 0; peer < Size; peer++)
                        sum.CopyTo(new Span<T>((T*)pointers[peer] + start, sum.Length));
            }
        }
    }

    private Span<nint> Leaves(Span<nint> leaves)
    {
        for (int peer = 0; peer < leaves.Length; peer++)
            leaves[peer] = (nint)group.Offers[peer].Buffer;
        return leaves;
    }

    private void Open<T>(Collective kind, string operation, int count, T* buffer, int root = 0) where T : unmanaged
    {
        state.Enter(operation);
        if (Size == 1)
            cluster.ThrowIfFailed(state);
        group.Offers[index].Set(kind, operation, typeof(T) == typeof(int), count, buffer, root);
        if (Size == 1)
            return;
        group.Meet(state);
        group.RequireSameCall();
    }

    private void Close()
    {
        if (Size > 1)
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
