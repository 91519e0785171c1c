using System.Collections.Concurrent;

namespace Shardwright;

/// <summary>
/// Records which experts every token went to, and replays it: so that two runs, or two frameworks, can be compared although rounding would make a token change experts.
/// While recording it keeps the router's choice. Recording allocates.
/// </summary>
public sealed class RecordedRouting : RoutingSource
{
    private readonly ConcurrentDictionary<(int Step, int MicroBatch, int Site, int Layer), int[]> recorded = new();

    /// <summary>Replay what is recorded, and fail where nothing is, instead of recording.</summary>
    public bool Replaying { get; set; }

    /// <summary>The experts [tokens, k] of one layer of a micro-batch, over all ranks, in descending order of their scores.</summary>
    public ReadOnlySpan<int> Experts(int step, int microBatch, int site, int layer) => recorded.TryGetValue((step, microBatch, site, layer), out int[]? experts) ? experts
        : throw new InvalidOperationException($"No routing is recorded for step {step}, micro-batch {microBatch}, site {site}, layer {layer}.");

    /// <summary>Records the experts [tokens, k] of one layer of a micro-batch, from elsewhere.</summary>
    public void Set(int step, int microBatch, int site, int layer, ReadOnlySpan<int> experts) => recorded[(step, microBatch, site, layer)] = experts.ToArray();

    /// <inheritdoc/>
    public override void Select(RoutingSite where, ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k)
    {
        if (Replaying)
        {
            var all = Experts(where.Step, where.MicroBatch, where.Site, where.Layer);
            if (all.Length != where.Tokens * k)
                throw new InvalidOperationException($"Routing of step {where.Step}, site {where.Site}, layer {where.Layer}: {all.Length} experts are recorded, need {where.Tokens * k} = {where.Tokens} tokens × top-{k}.");
            all.Slice(where.FirstToken * k, rows * k).CopyTo(experts);
            return;
        }
        int[] table = recorded.GetOrAdd((where.Step, where.MicroBatch, where.Site, where.Layer), static (_, length) => new int[length], where.Tokens * k);
        experts[..(rows * k)].CopyTo(table.AsSpan(where.FirstToken * k));
    }
}
