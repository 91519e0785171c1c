using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>
/// Which row each copy travels in where a token travels once to each rank that has some of its experts. A rank's rows are sorted by target rank and token. With every copy travels the number of its row, as an int32 in a float's place; the complement of it
/// where an earlier copy of the token has brought the row along.
/// </summary>
internal sealed class OnceLayout(ExchangeLayout layout)
{
    private readonly int[] targets = new int[layout.Copies], last = new int[layout.Peers], row = new int[layout.Peers], starts = new int[layout.Peers + 1];
    private readonly int[] arrivedRows = new int[layout.Peers], arrivedStarts = new int[layout.Peers];

    /// <summary>Rows that this rank sends.</summary>
    public int Sent => starts[^1];

    /// <summary>Rows that it receives, since <see cref="Arrive"/>.</summary>
    public int Received { get; private set; }

    /// <summary>Rows for a peer.</summary>
    public int SentTo(int peer) => starts[peer + 1] - starts[peer];

    /// <summary>The first of them.</summary>
    public int SentStart(int peer) => starts[peer];

    /// <summary>Rows from a peer.</summary>
    public int ReceivedFrom(int peer) => arrivedRows[peer];

    /// <summary>The first of them.</summary>
    public int ReceivedStart(int peer) => arrivedStarts[peer];

    /// <summary>Numbers the rows of this rank's tokens.</summary>
    /// <param name="slots">Row of each copy in send order, [tokens, k].</param>
    /// <param name="k">Copies of a token.</param>
    /// <param name="numbers">[tokens · k, stride] in send order, of which the first column is written.</param>
    /// <param name="stride">Elements from one copy to the next.</param>
    public void Number(ReadOnlySpan<int> slots, int k, Span<float> numbers, int stride)
    {
        var written = MemoryMarshal.Cast<float, int>(numbers);
        for (int piece = 0; piece < layout.SendCounts.Length; piece++)
            targets.AsSpan(layout.SendOffsets[piece], layout.SendCounts[piece]).Fill(piece / layout.Groups);
        Array.Clear(starts);
        Array.Fill(last, -1);
        for (int copy = 0; copy < slots.Length; copy++)
            if (slots[copy] < layout.KeptRows && targets[slots[copy]] is var target && last[target] != copy / k)
            {
                last[target] = copy / k;
                starts[target + 1]++;
            }
        for (int peer = 0; peer < layout.Peers; peer++)
            starts[peer + 1] += starts[peer];
        Array.Fill(last, -1);
        for (int peer = 0; peer < layout.Peers; peer++)
            row[peer] = starts[peer] - 1;
        for (int copy = 0; copy < slots.Length; copy++)
        {
            int at = slots[copy];
            if (at >= layout.KeptRows)
            {
                // A dropped copy stays, whatever its number.
                written[at * stride] = ~0;
                continue;
            }
            int target = targets[at];
            if (last[target] == copy / k)
                written[at * stride] = ~row[target];
            else
            {
                last[target] = copy / k;
                written[at * stride] = ++row[target];
            }
        }
    }

    /// <summary>Reads the numbers of the copies that this rank computes, and replaces each by its row among those that arrive here.</summary>
    /// <param name="places">[Rows, stride] in the order of received rows.</param>
    /// <param name="stride">Elements from one copy to the next.</param>
    public void Arrive(Span<float> places, int stride)
    {
        var numbers = MemoryMarshal.Cast<float, int>(places);
        Received = 0;
        for (int source = 0; source < layout.Peers; source++)
        {
            // The sender numbers the rows of all targets on; those for this rank are a run, and every row of it has a copy here.
            int least = int.MaxValue, most = -1;
            for (int piece = source * layout.Groups; piece < (source + 1) * layout.Groups; piece++)
                for (int copy = layout.ReceiveOffsets[piece]; copy < layout.ReceiveOffsets[piece] + layout.ReceiveCounts[piece]; copy++)
                {
                    int number = Row(numbers[copy * stride]);
                    (least, most) = (Math.Min(least, number), Math.Max(most, number));
                }
            (arrivedStarts[source], arrivedRows[source]) = (Received, most < 0 ? 0 : most - least + 1);
            for (int piece = source * layout.Groups; piece < (source + 1) * layout.Groups; piece++)
                for (int copy = layout.ReceiveOffsets[piece]; copy < layout.ReceiveOffsets[piece] + layout.ReceiveCounts[piece]; copy++)
                    numbers[copy * stride] = Received + Row(numbers[copy * stride]) - least;
            Received += arrivedRows[source];
        }
    }

    private static int Row(int number) => number < 0 ? ~number : number;
}
