using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Training.Tests.Interpretation;

/// <summary>The experts that every token of every layer chose, recorded in one run and replayed in another.</summary>
internal sealed class Routing
{
    private readonly Dictionary<(int Site, int Layer), double[]> chosen = [];
    private readonly Dictionary<(int Site, int Layer), bool[]> kept = [];

    /// <summary>Whether to keep what the first run chose.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>The experts of every token, [tokens, k], by descending logit.</summary>
    public double[] Choose(ExpertSite site, int layer, Func<double[]> select) =>
        chosen[(site.Index, layer)] = IsFrozen && chosen.TryGetValue((site.Index, layer), out var frozen) ? frozen : select();

    /// <summary>Which copies [tokens, k] are computed.</summary>
    public bool[] Keep(ExpertSite site, int layer, Func<bool[]> select) =>
        kept[(site.Index, layer)] = IsFrozen && kept.TryGetValue((site.Index, layer), out var frozen) ? frozen : select();

    /// <summary>Copies that were sent to each expert, kept or not.</summary>
    public double[] Load(ExpertSite site, int layer) => [.. Enumerable.Range(0, site.Experts).Select(e => (double)chosen[(site.Index, layer)].Count(c => c == e))];

    /// <summary>First row of every expert in the order (expert, token), and the end.</summary>
    public int[] Starts(ExpertSite site, int layer)
    {
        var starts = new int[site.Experts + 1];
        foreach (var (expert, _) in chosen[(site.Index, layer)].Zip(kept[(site.Index, layer)]).Where(copy => copy.Second))
            starts[(int)expert + 1]++;
        for (var expert = 0; expert < site.Experts; expert++)
            starts[expert + 1] += starts[expert];
        return starts;
    }
}
