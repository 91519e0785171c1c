namespace Shardwright.Execution;

/// <summary>All-to-all-v: each copy travels once, straight from the sender's buffer to its place in the receiver's.</summary>
internal sealed class VariableLowering(ExchangeLayout layout, ICommunicator peers) : ExchangeLowering(layout, peers)
{
    private readonly int[] sendCounts = new int[layout.SendCounts.Length], sendOffsets = new int[layout.SendCounts.Length];
    private readonly int[] receiveCounts = new int[layout.SendCounts.Length], receiveOffsets = new int[layout.SendCounts.Length];

    public override void Dispatch(ReadOnlySpan<float> sent, Span<float> received, int columns, string operation)
    {
        Scale(columns);
        Peers.AllToAll(sent, sendCounts, sendOffsets, received, receiveCounts, receiveOffsets, operation);
    }

    public override void Return(ReadOnlySpan<float> received, Span<float> sent, int columns, string operation)
    {
        Scale(columns);
        Peers.AllToAll(received, receiveCounts, receiveOffsets, sent, sendCounts, sendOffsets, operation);
    }

    public override long ScratchBytes(int columns) => 0;

    private void Scale(int columns)
    {
        for (int i = 0; i < sendCounts.Length; i++)
        {
            int travelling = Travels(i) ? columns : 0;
            (sendCounts[i], sendOffsets[i]) = (Layout.SendCounts[i] * travelling, Layout.SendOffsets[i] * columns);
            (receiveCounts[i], receiveOffsets[i]) = (Layout.ReceiveCounts[i] * travelling, Layout.ReceiveOffsets[i] * columns);
        }
    }
}
