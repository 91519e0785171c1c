namespace Shardwright.Execution;

/// <summary>All-to-all of equal blocks, each padded to the largest in the group: for targets whose all-to-all takes no counts. The padding travels and takes memory too.</summary>
internal sealed class PaddedLowering(ExchangeLayout layout, ICommunicator peers, RoutedStack stack) : ExchangeLowering(layout, peers)
{
    private readonly int[] counts = new int[layout.Peers], offsets = new int[layout.Peers];

    public override void Dispatch(ReadOnlySpan<float> sent, Span<float> received, int columns, string operation)
        => Exchange(sent, Layout.SendCounts, Layout.SendOffsets, received, Layout.ReceiveCounts, Layout.ReceiveOffsets, columns, operation);

    public override void Return(ReadOnlySpan<float> received, Span<float> sent, int columns, string operation)
        => Exchange(received, Layout.ReceiveCounts, Layout.ReceiveOffsets, sent, Layout.SendCounts, Layout.SendOffsets, columns, operation);

    public override long ScratchBytes(int columns) => 2 * Half(columns) * ElementBytes;

    private int Block => Chunk < 0 ? Layout.LargestBlock : Layout.Part(Chunk).Block;

    private long Half(int columns) => (long)Layout.Peers * Block * columns;

    private void Exchange(ReadOnlySpan<float> from, int[] fromCounts, int[] fromOffsets, Span<float> to, int[] toCounts, int[] toOffsets, int columns, string operation)
    {
        int half = checked((int)Half(columns)), block = Block * columns;
        long scratch = stack.Reserve(ScratchBytes(columns));
        Span<float> send = stack.Scratch(scratch, half, ElementBytes), receive = stack.Scratch(scratch + (long)half * ElementBytes, half, ElementBytes);
        for (int peer = 0; peer < Layout.Peers; peer++)
        {
            (counts[peer], offsets[peer]) = (block, peer * block);
            int row = peer * Block;
            for (int i = peer * Layout.Groups; i < (peer + 1) * Layout.Groups; i++)
                if (Travels(i))
                {
                    Rows(from, fromOffsets[i], fromCounts[i], columns).CopyTo(Rows(send, row, fromCounts[i], columns));
                    row += fromCounts[i];
                }
        }
        Peers.AllToAll(send, counts, offsets, receive, counts, offsets, operation);
        for (int peer = 0; peer < Layout.Peers; peer++)
        {
            int row = peer * Block;
            for (int i = peer * Layout.Groups; i < (peer + 1) * Layout.Groups; i++)
                if (Travels(i))
                {
                    Rows(receive, row, toCounts[i], columns).CopyTo(Rows(to, toOffsets[i], toCounts[i], columns));
                    row += toCounts[i];
                }
        }
        stack.Release(scratch);
    }
}
