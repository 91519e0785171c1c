namespace Shardwright.Hardware;

/// <summary>Rows that one dispatch brings to a rank, and rows that its receive buffer must have room for, whatever the router does. No token is dropped.</summary>
/// <param name="Tokens">Tokens T of a rank.</param>
/// <param name="TopK">Experts k of a token.</param>
/// <param name="Experts">Experts E of a layer.</param>
/// <param name="Ranks">Ranks N that hold the experts together; divides <paramref name="Experts"/>.</param>
public readonly record struct DispatchRows(long Tokens, int TopK, int Experts, int Ranks)
{
    /// <summary>T · k: at even load, and always where every rank computes as many rows as it sends (<see cref="ExactPlanner"/>).</summary>
    public long Even => checked(Tokens * TopK);

    /// <summary>T · N · min(k, E ÷ N): every token of every rank goes to as many of the rank's own experts as it can.</summary>
    public long Copies => CopiesTo(Experts / Ranks);

    /// <summary>N · T: the training kernel <c>permute_a2av</c> (NKI library 2.31), which sends a token once to a rank, however many of its experts are there, and receives [N · T, H].</summary>
    public long Deduplicated => checked(Ranks * Tokens);

    /// <summary>As <see cref="Copies"/>, for a rank that computes rows of this many experts, its own and replicas.</summary>
    public long CopiesTo(int experts) => checked(Ranks * Tokens * Math.Min(TopK, experts));

    /// <summary>
    /// N · the largest block: what a buffer takes whose blocks lie at one distance, since all-to-all-v without receive displacements (AWS Neuron SDK 2.32, <c>nki.collectives.all_to_all_v</c>) and an all-to-all of equal blocks know no other.
    /// </summary>
    /// <param name="block">Rows of the largest pair of a sender and a receiver.</param>
    public long Blocks(long block) => checked(Ranks * block);

    /// <summary>Rows that one sender can have for one rank: T · min(k, experts there); with an exact plan a rank has up to E ÷ N replicas besides its own E ÷ N experts.</summary>
    public long LargestBlock(bool isExact) => checked(Tokens * Math.Min(TopK, Experts / Ranks * (isExact ? 2 : 1)));

    /// <summary>Rows of the receive buffer in the worst case.</summary>
    /// <param name="exchange">How rows travel.</param>
    /// <param name="hasDisplacements">Whether the machine's all-to-all-v puts each sender's rows where the receiver says: <see cref="AllToAllLegality.HasReceiveDisplacements"/>.</param>
    /// <param name="isExact">Whether every rank computes as many rows as it sends.</param>
    /// <exception cref="ArgumentOutOfRangeException">The exchange moves no rows.</exception>
    public long Worst(RowExchange exchange, bool hasDisplacements, bool isExact) => exchange switch
    {
        RowExchange.Variable when hasDisplacements => isExact ? Even : Copies,
        // A sender has no more rows for a rank than tokens.
        RowExchange.Once => Deduplicated,
        RowExchange.Variable or RowExchange.Padded => Blocks(LargestBlock(isExact)),
        // Every rank receives what all of them send.
        RowExchange.Gathered => checked(Ranks * Even),
        _ => throw new ArgumentOutOfRangeException(nameof(exchange), exchange, "A dispatch moves rows by all-to-all-v, in equal blocks or gathered."),
    };
}
