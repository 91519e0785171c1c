namespace Shardwright.Hardware;

/// <summary>
/// Weights move and tokens stay: every rank pulls each expert that its own tokens chose, as in data-parallel execution of the same layout, and no row travels. It pays where a rank has many tokens for few small experts: the choice
/// between moving tokens and moving experts of Janus (Liu et al., SIGCOMM 2023) and Tutel (Hwang et al., MLSys 2023), made anew for every layer and micro-batch. Ranks are as even as their numbers of tokens.
/// </summary>
public sealed class LocalPlanner : PlacementPlanner
{
    private readonly ExpertLayout layout;

    /// <summary>A planner for a layout with one domain and a slot for every expert that is at home elsewhere.</summary>
    /// <exception cref="ArgumentException">The layout has fewer slots, or several domains: then a token may not find its expert where it is.</exception>
    public LocalPlanner(ExpertLayout layout)
    {
        if (!Fits(layout))
            throw new ArgumentException($"Tokens that stay need {layout.Experts - layout.PerRank} slots a rank and one domain; the layout has {layout.Slots} slots and domains of {layout.Domain} of {layout.Ranks} ranks.", nameof(layout));
        this.layout = layout;
    }

    /// <inheritdoc/>
    public override string Name => "local";

    /// <inheritdoc/>
    public override bool MovesTokens => false;

    /// <summary>Whether a layout has room for such plans.</summary>
    public static bool Fits(ExpertLayout layout) => layout.Slots >= layout.Experts - layout.PerRank && layout.Domain == layout.Ranks;

    /// <summary>Not without the counts of every rank.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void Plan(int[] load, PlacementPlan plan) => throw new NotSupportedException("LocalPlanner: got the experts' sums alone, need the counts of every rank: where a token is decides who computes it.");

    /// <inheritdoc/>
    public override void Plan(int[][] counts, int[] load, PlacementPlan plan)
    {
        plan.Reset(load);
        for (int rank = 0; rank < layout.Ranks; rank++)
            for (int expert = 0; expert < layout.Experts; expert++)
                if (layout.Home(expert) != rank && counts[rank][expert] > 0)
                    plan.Move(expert, rank, counts[rank][expert]);
        plan.Count();
        plan.KeepsTokens = true;
    }
}
