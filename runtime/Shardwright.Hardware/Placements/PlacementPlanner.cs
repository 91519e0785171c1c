namespace Shardwright.Hardware;

/// <summary>
/// Decides for one layer of one micro-batch which experts get replicas and who computes how many tokens, from the exact counts. Deterministic, and a function of the counts alone, so every rank that has them makes the same plan and none has to be sent.
/// Not for two threads at once: it keeps its scratch, and allocates nothing while it plans.
/// </summary>
public abstract class PlacementPlanner
{
    /// <summary>Name in reports.</summary>
    public abstract string Name { get; }

    /// <summary>Fills a plan.</summary>
    /// <param name="load">Tokens of each expert over all ranks of the group: [experts], none negative, their sum below 2^31.</param>
    /// <param name="plan">Receives the plan; of the layout that the planner was made for.</param>
    public abstract void Plan(int[] load, PlacementPlan plan);

    /// <summary>The same where the counts of every rank are known.</summary>
    /// <param name="counts">Tokens of each source rank for each expert: [ranks][experts].</param>
    /// <param name="load">Their sums: [experts].</param>
    /// <param name="plan">Receives the plan.</param>
    public virtual void Plan(int[][] counts, int[] load, PlacementPlan plan) => Plan(load, plan);

    /// <summary>Whether tokens travel to experts under its plans, so that a plan can only pay by evening out ranks.</summary>
    public virtual bool MovesTokens => true;
}

/// <summary>Every expert at home: what the others are measured against.</summary>
public sealed class StaticPlanner : PlacementPlanner
{
    /// <inheritdoc/>
    public override string Name => "static";

    /// <inheritdoc/>
    public override void Plan(int[] load, PlacementPlan plan) => plan.Reset(load);
}
