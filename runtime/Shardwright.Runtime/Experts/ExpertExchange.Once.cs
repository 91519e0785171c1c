namespace Shardwright.Execution;

/// <content>Tokens that travel once to each rank that has some of their experts.</content>
public sealed partial class ExpertExchange
{
    private readonly OnceLayout? once;
    private readonly int[] onceSent, onceSentOffsets, onceReceived, onceReceivedOffsets;
    private readonly string numbering;

    /// <summary>Numbers the rows in which this rank's tokens travel, with the routing last opened: a row for every token and rank that has some of its experts.</summary>
    /// <param name="slots">Row of each copy in the send order of copies, [tokens, k].</param>
    /// <param name="numbers">[tokens · k, 1], or [tokens · k, 2] with <paramref name="gates"/>: for each copy, in send order, its row, as an int32 in a float's place, the complement of it for all but a token's first copy there; then its gate.</param>
    /// <param name="gates">Gates of the copies, [tokens, k], which travel along; or none.</param>
    public void Number(ReadOnlySpan<int> slots, Span<float> numbers, ReadOnlySpan<float> gates = default)
    {
        int stride = gates.IsEmpty ? 1 : 2;
        if (slots.Length != layout.Copies || numbers.Length != (long)stride * layout.Copies || !gates.IsEmpty && gates.Length != slots.Length)
            throw new ArgumentException($"{numbering}: got {slots.Length} slots, {gates.Length} gates and room for {numbers.Length} numbers, need {layout.Copies} slots, as many gates or none, and {(long)stride * layout.Copies} elements.");
        Once.Number(slots, TopK, numbers, stride);
        for (int copy = 0; copy < gates.Length; copy++)
            numbers[2 * slots[copy] + 1] = gates[copy];
    }

    /// <summary>The numbers of <see cref="Number"/> travel to the copies' experts, and become there the rows in which the copies' tokens arrive.</summary>
    /// <param name="numbers">What <see cref="Number"/> wrote.</param>
    /// <param name="places">[Rows, 1], or [Rows, 2] with gates.</param>
    /// <param name="columns">1, or 2 with gates.</param>
    public void SendNumbers(ReadOnlySpan<float> numbers, Span<float> places, int columns)
    {
        RequireRows(numbering, numbers.Length, places.Length, columns);
        lowering.Dispatch(numbers[..(layout.SentRows * columns)], places, columns, numbering);
        Once.Arrive(places, columns);
    }

    /// <summary>Tokens travel to the ranks of their experts, once to each.</summary>
    /// <param name="sent">Rows in the order of their numbers, of which those that <see cref="Number"/> has given travel.</param>
    /// <param name="arrived">Where they go, in the order of source ranks and numbers.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="elementBytes">Bytes of an element on the wire: 2 for bfloat16, which the host holds as float32.</param>
    public void DispatchOnce(ReadOnlySpan<float> sent, Span<float> arrived, int columns, int elementBytes = sizeof(float))
    {
        for (int peer = 0; peer < peers.Size; peer++)
        {
            (onceSent[peer], onceSentOffsets[peer]) = (Once.SentTo(peer) * columns, Once.SentStart(peer) * columns);
            (onceReceived[peer], onceReceivedOffsets[peer]) = (Once.ReceivedFrom(peer) * columns, Once.ReceivedStart(peer) * columns);
        }
        lowering.ElementBytes = elementBytes;
        peers.AllToAll(sent, onceSent, onceSentOffsets, arrived, onceReceived, onceReceivedOffsets, dispatch);
        lowering.ElementBytes = sizeof(float);
    }

    private OnceLayout Once => once ?? throw new InvalidOperationException($"{dispatch}: rows are numbered with Dispatch.Once alone.");
}
