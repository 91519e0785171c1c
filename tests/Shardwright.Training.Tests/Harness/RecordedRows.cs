using Shardwright.Hardware;

namespace Shardwright.Training.Tests.Harness;

/// <summary>The routing of a recorded step as a walk through the plan wants it: counted here anew, token by token.</summary>
public sealed class RecordedRows(PlanDocument plan, RecordedRouting recorded, int step) : IRouting
{
    /// <inheritdoc/>
    public void Rows(int site, int layer, int microBatch, int rank, int[] starts)
    {
        int[] counts = Counts(site, layer, microBatch, rank / Expert * Expert, Expert);
        int local = plan.Program.Sites[site].Experts / Expert, first = rank % Expert * local;
        starts[0] = 0;
        for (int expert = 0; expert < local; expert++)
            starts[expert + 1] = starts[expert] + counts[first + expert];
    }

    /// <inheritdoc/>
    public ExchangeLoad Load(int site, int layer, int microBatch, int rank)
    {
        int group = rank / Expert * Expert, local = plan.Program.Sites[site].Experts / Expert;
        var blocks = Enumerable.Range(group, Expert).Select(source => Targets(Counts(site, layer, microBatch, source, 1))).ToList();
        return new(plan.Program.Sites[site].Copies, Enumerable.Range(0, Expert).Max(target => blocks.Sum(b => b[target])), blocks.Max(b => b.Max()));

        int[] Targets(int[] counts) => [.. Enumerable.Range(0, Expert).Select(target => counts.Skip(target * local).Take(local).Sum())];
    }

    private int Expert => plan.Placement.Expert;

    private int[] Counts(int site, int layer, int microBatch, int firstRank, int ranks)
    {
        var s = plan.Program.Sites[site];
        int[] counts = new int[s.Experts];
        foreach (int expert in recorded.Experts(step, microBatch, site, layer).Slice((int)s.Copies * firstRank, (int)s.Copies * ranks))
            counts[expert]++;
        return counts;
    }
}
