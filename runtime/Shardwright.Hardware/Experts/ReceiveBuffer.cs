namespace Shardwright.Hardware;

/// <summary>The receive buffer of one dispatch on one rank: what it must hold in the worst case, by how rows travel and by what the machine's all-to-all can place.</summary>
/// <param name="Rows">Rows of the dispatch.</param>
/// <param name="RowBytes">Bytes of a row, H · bytes an element.</param>
/// <param name="Exchange">How rows travel.</param>
/// <param name="HasDisplacements">Whether each sender's rows lie behind those of the sender before (<see cref="AllToAllLegality.HasReceiveDisplacements"/>).</param>
/// <param name="IsExact">Whether every rank computes as many rows as it sends (<see cref="ExactPlanner"/>).</param>
public sealed record ReceiveBuffer(DispatchRows Rows, long RowBytes, RowExchange Exchange, bool HasDisplacements, bool IsExact)
{
    /// <summary>The buffer of a program's dispatch.</summary>
    /// <param name="machine">Where it runs.</param>
    /// <param name="site">The expert group.</param>
    /// <param name="ranks">Ranks that hold the experts together.</param>
    /// <param name="dispatch">The dispatch.</param>
    public static ReceiveBuffer Of(Machine machine, TimedSite site, int ranks, CollectiveWork dispatch)
    {
        var buffer = new ReceiveBuffer(site.RowsOver(ranks), dispatch.RowBytes, dispatch.Exchange, AllToAllLegality.HasReceiveDisplacements(machine), site.IsExact);
        return dispatch.Exchange == RowExchange.Once ? buffer with { EvenRows = site.OnceRows(buffer.Rows.Even, ranks) } : buffer;
    }

    /// <summary>Rows at even load: T · k, or of these as many as travel where a token travels once.</summary>
    public long EvenRows { get; init; } = Rows.Even;

    /// <summary>Bytes at even load.</summary>
    public long EvenBytes => checked(EvenRows * RowBytes);

    /// <summary>Rows in the worst case.</summary>
    public long WorstRows => Rows.Worst(Exchange, HasDisplacements, IsExact);

    /// <summary>Bytes in the worst case.</summary>
    public long WorstBytes => checked(WorstRows * RowBytes);

    /// <summary>Bytes of <c>permute_a2av</c>'s buffer, [N · T, H], on every machine.</summary>
    public long DeduplicatedBytes => checked(Rows.Deduplicated * RowBytes);

    /// <summary>Whether routing changes nothing: the worst case is also the best.</summary>
    public bool IsConstant => Exchange == RowExchange.Gathered || Rows.Ranks == 1 || IsExact && Exchange == RowExchange.Variable && HasDisplacements;

    /// <summary>Where <see cref="WorstRows"/> comes from, in words.</summary>
    public string Rule => Exchange switch
    {
        RowExchange.Gathered => "N · T · k: every rank receives what all ranks send",
        RowExchange.Once => "N · T: every token of every rank comes once",
        RowExchange.Variable when HasDisplacements => IsExact ? "T · k: every rank computes as many rows as it sends" : "N · T · min(k, E ÷ N): every token goes to as many of the rank's experts as it can",
        _ => $"N · T · min(k, {(IsExact ? "2 · " : "")}E ÷ N): a block for each of N senders, as large as the largest, because {(Exchange == RowExchange.Padded ? "blocks are equal" : "all-to-all-v has no receive displacements here")}",
    };
}
