namespace Shardwright.Hardware;

/// <summary>
/// Rows by recorded counts. Every expert group routes its own tokens in the proportions of the trace; sparse layer i of the program has those of layer i of the trace, from the start again where the program has more layers. Ranks that
/// have the same rows of the same experts in every layer are one class, and one of them is walked for all.
/// </summary>
public sealed class TraceRouting : IRouting
{
    private readonly TimedProgram program;
    private readonly int expertRanks;

    // Rows of the group before an expert: [site][layer][expert].
    private readonly long[][][] before;
    private readonly int[] representatives;

    /// <summary>Spreads the rows of a group.</summary>
    /// <exception cref="ScaleException">The trace has another number of experts than an expert group.</exception>
    public TraceRouting(TimedProgram program, RecordedLoad trace, int expertRanks)
        : this(program, site => site.Experts == trace.Experts ? trace
            : throw new ScaleException(ScaleRequest.TraceSetting, $"the trace has {trace.Experts} experts, '{site.Path}' has {site.Experts}; need the same number"), expertRanks)
    {
    }

    /// <summary>One busy rank in every expert group: <see cref="RecordedLoad.OneBusyRank"/>.</summary>
    public TraceRouting(TimedProgram program, double factor, int expertRanks)
        : this(program, site => RecordedLoad.OneBusyRank(factor, site.Experts, expertRanks), expertRanks)
    {
    }

    private TraceRouting(TimedProgram program, Func<TimedSite, RecordedLoad> loadOf, int expertRanks)
    {
        (this.program, this.expertRanks) = (program, expertRanks);
        before = [.. program.Sites.Select(site => (Site: site, loadOf(site).Layers)).Select(s =>
            Enumerable.Range(0, s.Site.Layers).Select(layer => Spread(s.Layers[layer % s.Layers.Count], checked(s.Site.Copies * expertRanks))).ToArray())];
        Factors = [.. Enumerable.Range(0, program.Sites.Count).SelectMany(site => Enumerable.Range(0, program.Sites[site].Layers).Select(layer => Busiest(site, layer, default).Most / (double)program.Sites[site].Copies))];
        var classes = Enumerable.Range(0, expertRanks).GroupBy(Signature).Select(group => group.ToList()).ToList();
        representatives = [.. classes.Select(ranks => ranks[0])];
        Members = [.. classes.Select(ranks => ranks.Count)];
        int[] classOf = new int[expertRanks];
        for (int member = 0; member < classes.Count; member++)
            foreach (int rank in classes[member])
                classOf[rank] = member;
        ClassOf = classOf;
    }

    /// <summary>Ranks of an expert group in each class.</summary>
    public IReadOnlyList<int> Members { get; }

    /// <summary>The class of each rank of an expert group.</summary>
    public IReadOnlyList<int> ClassOf { get; }

    /// <summary>max ÷ mean of the ranks' rows, by layer of every expert group.</summary>
    public IReadOnlyList<double> Factors { get; }

    /// <inheritdoc/>
    public void Rows(int site, int layer, int microBatch, int rank, int[] starts)
    {
        long[] rows = before[site][layer];
        int each = (rows.Length - 1) / expertRanks, first = representatives[rank] * each;
        for (int expert = 0; expert <= each; expert++)
            starts[expert] = checked((int)(rows[first + expert] - rows[first]));
    }

    /// <inheritdoc/>
    public ExchangeLoad Load(int site, int layer, int microBatch, int rank, ExpertChunk chunk)
    {
        var (most, sum) = Busiest(site, layer, chunk);
        return new((sum + expertRanks - 1) / expertRanks, most, (most + expertRanks - 1) / expertRanks) { OnceRows = program.Sites[site].OnceRows(most, expertRanks) };
    }

    /// <summary>Rows that a rank of a class receives.</summary>
    public long RowsOf(int site, int layer, int member)
    {
        long[] rows = before[site][layer];
        int each = (rows.Length - 1) / expertRanks, first = representatives[member] * each;
        return rows[first + each] - rows[first];
    }

    /// <summary>Rows of the busiest rank for a part of its experts, and of all ranks: every source sends the same share of them.</summary>
    private (long Most, long Sum) Busiest(int site, int layer, ExpertChunk chunk)
    {
        long[] rows = before[site][layer];
        int each = (rows.Length - 1) / expertRanks;
        long most = 0, sum = 0;
        for (int rank = 0; rank < expertRanks; rank++)
        {
            long own = rows[rank * each + chunk.End(each)] - rows[rank * each + chunk.First(each)];
            (most, sum) = (Math.Max(most, own), sum + own);
        }
        return (most, sum);
    }

    /// <summary>Whole rows: each expert's first row is rounded, so that the rows of a group are exactly those that were sent.</summary>
    private static long[] Spread(IReadOnlyList<double> counts, long rows)
    {
        double total = counts.Sum(), sum = 0;
        var starts = new long[counts.Count + 1];
        for (int expert = 0; expert < counts.Count; expert++)
            starts[expert + 1] = Math.Max(starts[expert], Math.Min(rows, (long)Math.Round((sum += counts[expert]) / total * rows)));
        starts[counts.Count] = rows;
        return starts;
    }

    private string Signature(int rank)
    {
        var text = new System.Text.StringBuilder();
        foreach (long[] rows in before.SelectMany(layers => layers))
        {
            int each = (rows.Length - 1) / expertRanks;
            for (int expert = 0; expert < each; expert++)
                text.Append(rows[rank * each + expert + 1] - rows[rank * each + expert]).Append(',');
        }
        return text.ToString();
    }
}
