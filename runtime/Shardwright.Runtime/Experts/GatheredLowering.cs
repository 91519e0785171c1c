using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>All-gather of every sender's rows and a local selection; back by reduce-scatter: for targets without all-to-all between these ranks.</summary>
internal sealed class GatheredLowering(ExchangeLayout layout, ICommunicator peers, RoutedStack stack) : ExchangeLowering(layout, peers)
{
    public override void Dispatch(ReadOnlySpan<float> sent, Span<float> received, int columns, string operation)
    {
        long scratch = stack.Reserve(ScratchBytes(columns));
        var all = stack.Scratch(scratch, Elements(columns), ElementBytes);
        Peers.AllGather(sent, all, operation);
        for (int i = 0; i < Layout.ReceiveCounts.Length; i++)
            Rows(all, SourceRow(i), Layout.ReceiveCounts[i], columns).CopyTo(Rows(received, Layout.ReceiveOffsets[i], Layout.ReceiveCounts[i], columns));
        stack.Release(scratch);
    }

    public override void Return(ReadOnlySpan<float> received, Span<float> sent, int columns, string operation)
    {
        long scratch = stack.Reserve(ScratchBytes(columns));
        var all = stack.Scratch(scratch, Elements(columns), ElementBytes);
        all.Clear();
        for (int i = 0; i < Layout.ReceiveCounts.Length; i++)
            Rows(received, Layout.ReceiveOffsets[i], Layout.ReceiveCounts[i], columns).CopyTo(Rows(all, SourceRow(i), Layout.ReceiveCounts[i], columns));
        // Each row has one non-zero contribution. Summed as integers its bits arrive as they are; as floats −0 would become +0.
        Peers.ReduceScatter(MemoryMarshal.Cast<float, int>(all), MemoryMarshal.Cast<float, int>(sent), operation);
        stack.Release(scratch);
    }

    public override long ScratchBytes(int columns) => (long)Layout.Peers * Layout.SentRows * columns * ElementBytes;

    private int Elements(int columns) => checked(Layout.Peers * Layout.SentRows * columns);

    private int SourceRow(int i) => i / Layout.Groups * Layout.SentRows + Layout.SourceOffsets[i];
}
