using Shardwright.Hardware;

namespace Shardwright.Training.Tests.Harness;

/// <summary>The routing of a recorded step as a walk through the plan wants it: counted here anew, token by token.</summary>
/// <param name="plan">The plan.</param>
/// <param name="recorded">Experts of every token.</param>
/// <param name="step">The recorded step.</param>
/// <param name="sequencesPerRank">Sequences of a rank, of which an expert takes no more than its capacity.</param>
/// <param name="capacities">Capacities of the groups' experts; none where nothing is dropped.</param>
public sealed class RecordedRows(PlanDocument plan, RecordedRouting recorded, int step, int sequencesPerRank = 1, int[]? capacities = null) : IRouting
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
    public ExchangeLoad Load(int site, int layer, int microBatch, int rank, ExpertChunk chunk)
    {
        int group = rank / Expert * Expert, local = plan.Program.Sites[site].Experts / Expert;
        var blocks = Enumerable.Range(group, Expert).Select(source => Targets(Counts(site, layer, microBatch, source, 1))).ToList();
        var once = Enumerable.Range(group, Expert).Select(source => Tokens(site, layer, microBatch, source, local)).ToList();
        return new(blocks.Max(b => b.Sum()), Enumerable.Range(0, Expert).Max(target => blocks.Sum(b => b[target])), blocks.Max(b => b.Max()))
        {
            OnceRows = Math.Max(once.Max(b => b.Sum()), Enumerable.Range(0, Expert).Max(target => once.Sum(b => b[target]))),
        };

        int[] Targets(int[] counts) => [.. Enumerable.Range(0, Expert).Select(target => counts.Skip(target * local + chunk.First(local)).Take(chunk.End(local) - chunk.First(local)).Sum())];
    }

    /// <summary>Tokens of a rank that have some of each rank's experts.</summary>
    private int[] Tokens(int site, int layer, int microBatch, int source, int local)
    {
        var s = plan.Program.Sites[site];
        int copies = (int)s.TokensPerRank * s.TopK;
        int[] tokens = new int[Expert];
        foreach (int[] experts in recorded.Experts(step, microBatch, site, layer).Slice(copies * source, copies).ToArray().Chunk(s.TopK))
            foreach (int target in experts.Select(expert => expert / local).Distinct())
                tokens[target]++;
        return tokens;
    }

    private int Expert => plan.Placement.Expert;

    private int[] Counts(int site, int layer, int microBatch, int firstRank, int ranks)
    {
        var s = plan.Program.Sites[site];
        int[] counts = new int[s.Experts];
        int copies = (int)s.TokensPerRank * s.TopK;
        foreach (int[] sequence in recorded.Experts(step, microBatch, site, layer).Slice(copies * firstRank, copies * ranks).ToArray().Chunk(copies / sequencesPerRank))
            foreach (var own in sequence.GroupBy(expert => expert))
                counts[own.Key] += Math.Min(own.Count(), capacities?[site] ?? int.MaxValue);
        return counts;
    }
}
