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
    public TraceRouting(TimedProgram program, ExpertTrace trace, int expertRanks)
    {
        (this.program, this.expertRanks) = (program, expertRanks);
        if (program.Sites.FirstOrDefault(site => site.Experts != trace.Experts) is { } other)
            throw new ScaleException(ScaleRequest.TraceSetting, $"the trace has {trace.Experts} experts, '{other.Path}' has {other.Experts}; need the same number");
        before = [.. program.Sites.Select(site => Enumerable.Range(0, site.Layers).Select(layer => Spread(trace.Counts[layer % trace.Counts.Count], checked(site.Copies * expertRanks))).ToArray())];
        var classes = Enumerable.Range(0, expertRanks).GroupBy(Signature).Select(group => (First: group.First(), Ranks: group.Count())).ToList();
        representatives = [.. classes.Select(c => c.First)];
        Members = [.. classes.Select(c => c.Ranks)];
    }

    /// <summary>Ranks of an expert group in each class.</summary>
    public IReadOnlyList<int> Members { get; }

    /// <inheritdoc/>
    public void Rows(int site, int layer, int microBatch, int rank, int[] starts)
    {
        long[] rows = before[site][layer];
        int each = (rows.Length - 1) / expertRanks, first = representatives[rank] * each;
        for (int expert = 0; expert <= each; expert++)
            starts[expert] = checked((int)(rows[first + expert] - rows[first]));
    }

    /// <inheritdoc/>
    public ExchangeLoad Load(int site, int layer, int microBatch, int rank)
    {
        long most = Enumerable.Range(0, Members.Count).Max(c => RowsOf(site, layer, c));
        return new(program.Sites[site].Copies, most, (most + expertRanks - 1) / expertRanks);
    }

    /// <summary>Rows that a rank of a class receives.</summary>
    public long RowsOf(int site, int layer, int member)
    {
        long[] rows = before[site][layer];
        int each = (rows.Length - 1) / expertRanks, first = representatives[member] * each;
        return rows[first + each] - rows[first];
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
