namespace Shardwright.Execution;

/// <summary>One way to carry out an <see cref="ExpertExchange"/>. All ways only copy rows, so they give the same bits.</summary>
internal abstract class ExchangeLowering(ExchangeLayout layout, ICommunicator peers)
{
    protected ExchangeLayout Layout => layout;

    protected ICommunicator Peers => peers;

    /// <summary>Bytes of an element on the wire and in scratch.</summary>
    public int ElementBytes
    {
        get => peers.WireBytes;
        set => peers.WireBytes = value;
    }

    /// <summary>The part of every rank's experts whose rows travel; −1 for all of them.</summary>
    public int Chunk { get; set; } = -1;

    /// <summary>Whether the rows of a group of an array over [peer, group] travel.</summary>
    protected bool Travels(int index) => Chunk < 0 || index % layout.Groups is var group && group >= layout.FirstGroup(Chunk) && group < layout.EndGroup(Chunk);

    public abstract void Dispatch(ReadOnlySpan<float> sent, Span<float> received, int columns, string operation);

    public abstract void Return(ReadOnlySpan<float> received, Span<float> sent, int columns, string operation);

    public abstract long ScratchBytes(int columns);

    protected static ReadOnlySpan<float> Rows(ReadOnlySpan<float> buffer, int first, int count, int columns) => buffer.Slice(first * columns, count * columns);

    protected static Span<float> Rows(Span<float> buffer, int first, int count, int columns) => buffer.Slice(first * columns, count * columns);
}
