using Shardwright.Hardware;
using Lowering = Shardwright.Dispatch;

namespace Shardwright.Execution;

/// <content>Who places the experts.</content>
public sealed partial class ExpertExchange
{
    /// <summary>A planner, or what chooses between the plans of several; for a layout that the exchange knows.</summary>
    internal sealed record Placer(Func<ExpertLayout, PlacementPlanner>? Planner, Func<ExpertLayout, PlacementChooser>? Chooser = null);

    private static Placer? PlacerOf(RankContext rank, Placement placement, ExpertLayerShape shape, NumberFormat format, Lowering lowering, SumOrder order) => placement switch
    {
        Placement.Static => null,
        _ when rank.Options.Planner is { } planner => new(planner),
        Placement.Exact => new(layout => new ExactPlanner(layout)),
        Placement.Auto => new(null, layout => new(Estimator(rank, layout, shape, format, lowering, order))),
        _ => new(layout => new QuotaPlanner(layout)),
    };

    private static ExpertLayerEstimator Estimator(RankContext rank, ExpertLayout layout, ExpertLayerShape shape, NumberFormat format, Lowering lowering, SumOrder order)
    {
        shape = shape.In(format switch { NumberFormat.Float32 => OperandFormat.Float32, NumberFormat.BFloat16 => OperandFormat.BFloat16, _ => OperandFormat.Float8 });
        var exchange = lowering switch
        {
            Lowering.Padded => RowExchange.Padded,
            Lowering.Gathered => RowExchange.Gathered,
            _ => RowExchange.Variable,
        };
        return new(rank.Machine, rank.Place, layout, shape, exchange, order == SumOrder.Invariant ? SplitOrder.Contiguous : null);
    }
}
