using System.Numerics;
using System.Numerics.Tensors;

namespace Shardwright.Execution;

/// <summary>
/// Moves the data of one collective between the buffers that the ranks of a group offer. The rank that arrives last does it for all, with work items that the cores of the waiting ranks take: so a rank
/// comes to a collective once, and not again to hear that its peers have read its buffer. An element has the same bits whoever moves it.
/// </summary>
internal static unsafe class Transfer
{
    /// <summary>Moves what the ranks offer.</summary>
    /// <param name="offers">One a rank.</param>
    /// <param name="part">Which of the exchanges that travel together.</param>
    public static void Run(Offer[] offers, int part)
    {
        int size = offers.Length, count = offers[0].Part(part).Count;
        nint* send = stackalloc nint[size], receive = stackalloc nint[size];
        for (int member = 0; member < size; member++)
            (send[member], receive[member]) = ((nint)offers[member].Part(part).Buffer, (nint)offers[member].Part(part).Receive);
        switch (offers[0].Kind)
        {
            case Collective.AllReduce:
                Ranges.For(new Sums(send, receive, size, count, scatter: false, offers[0].Integers), Sums.Blocks(count), (nint)OrderedSum.Block * size);
                break;
            case Collective.ReduceScatter:
                Ranges.For(new Sums(send, receive, size, count, scatter: true, offers[0].Integers), Sums.Blocks(count) * size, (nint)OrderedSum.Block * size);
                break;
            case Collective.AllGather:
                Ranges.For(new Gather(send, receive, size, count), (nint)size * size, count);
                break;
            case Collective.Broadcast:
                Ranges.For(new Copies(send, offers[0].Root, count), size, count);
                break;
            case Collective.AllToAll:
                Exchange(offers, part, send, receive);
                break;
        }
    }

    private static void Exchange(Offer[] offers, int part, nint* send, nint* receive)
    {
        int size = offers.Length, segments = offers[0].Part(part).Count;
        int** sendCounts = stackalloc int*[size], sendOffsets = stackalloc int*[size], receiveOffsets = stackalloc int*[size];
        long elements = 0;
        for (int member = 0; member < size; member++)
        {
            var offer = offers[member].Part(part);
            sendCounts[member] = offer.SendCounts;
            sendOffsets[member] = offer.SendOffsets;
            receiveOffsets[member] = offer.ReceiveOffsets;
            for (int i = 0; i < size * segments; i++)
                elements += sendCounts[member][i];
        }
        nint pieces = (nint)size * size * segments;
        if (pieces > 0 && offers[0].Part(part).Adds)
            Ranges.For(new Additions(send, receive, sendCounts, sendOffsets, receiveOffsets, size, segments), size, (nint)(elements / size));
        else if (pieces > 0)
            Ranges.For(new Pieces(send, receive, sendCounts, sendOffsets, receiveOffsets, size, segments), pieces, (nint)(elements / pieces));
    }

    /// <summary>
    /// Sums blocks over the members in the one order. Every member gets every block in the place of its own, or, scattered, member i gets part i.
    /// A unit is a block: nobody else reads or writes it.
    /// </summary>
    private readonly struct Sums(nint* send, nint* receive, int size, int count, bool scatter, bool integers) : IRangeWork
    {
        public static nint Blocks(int count) => ((nint)count + OrderedSum.Block - 1) / OrderedSum.Block;

        public void Run(nint begin, nint end)
        {
            if (integers)
                Run<int>(begin, end);
            else
                Run<float>(begin, end);
        }

        private void Run<T>(nint begin, nint end) where T : unmanaged, INumber<T>
        {
            T* scratch = stackalloc T[OrderedSum.Block];
            for (nint unit = begin; unit < end; unit++)
            {
                nint part = unit / Blocks(count), first = unit % Blocks(count) * OrderedSum.Block;
                var sum = new Span<T>(scratch, (int)Math.Min(OrderedSum.Block, count - first));
                OrderedSum.Reduce((T**)send, 0, size, (part * count) + first, sum);
                if (scatter)
                    sum.CopyTo(new Span<T>((T*)receive[part] + first, sum.Length));
                else
                    for (int member = 0; member < size; member++)
                        sum.CopyTo(new Span<T>((T*)send[member] + first, sum.Length));
            }
        }
    }

    /// <summary>A unit is what one member receives from another. All elements have four bytes.</summary>
    private readonly struct Gather(nint* send, nint* receive, int size, int count) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (nint unit = begin; unit < end; unit++)
                new ReadOnlySpan<int>((void*)send[unit % size], count).CopyTo(new Span<int>((int*)receive[unit / size] + (unit % size * count), count));
        }
    }

    private readonly struct Copies(nint* buffers, int root, int count) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (nint member = begin; member < end; member++)
                if (member != root)
                    new ReadOnlySpan<int>((void*)buffers[root], count).CopyTo(new Span<int>((void*)buffers[member], count));
        }
    }

    /// <summary>A unit is all that one member receives, in the order of senders and segments.</summary>
    private readonly struct Additions(nint* send, nint* receive, int** sendCounts, int** sendOffsets, int** receiveOffsets, int size, int segments) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (nint to = begin; to < end; to++)
                for (nint from = 0; from < size; from++)
                    for (nint segment = 0; segment < segments; segment++)
                    {
                        nint theirs = (to * segments) + segment, mine = (from * segments) + segment;
                        var target = new Span<float>((float*)receive[to] + receiveOffsets[to][mine], sendCounts[from][theirs]);
                        TensorPrimitives.Add(target, new ReadOnlySpan<float>((float*)send[from] + sendOffsets[from][theirs], target.Length), target);
                    }
        }
    }

    /// <summary>A unit is one segment from one member to another.</summary>
    private readonly struct Pieces(nint* send, nint* receive, int** sendCounts, int** sendOffsets, int** receiveOffsets, int size, int segments) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (nint unit = begin; unit < end; unit++)
            {
                nint to = unit / segments / size, from = unit / segments % size, segment = unit % segments;
                nint theirs = (to * segments) + segment, mine = (from * segments) + segment;
                new ReadOnlySpan<float>((float*)send[from] + sendOffsets[from][theirs], sendCounts[from][theirs])
                    .CopyTo(new Span<float>((float*)receive[to] + receiveOffsets[to][mine], sendCounts[from][theirs]));
            }
        }
    }
}
