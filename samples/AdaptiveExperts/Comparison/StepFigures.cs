using AdaptiveExperts.Models;
using Shardwright;

namespace AdaptiveExperts.Comparison;

/// <summary>What one step of one trainer did, copied from its report. Sums over layers where nothing else is said; one expert group has all ranks.</summary>
/// <param name="Loss">Nats a byte.</param>
/// <param name="Emulated">Time on the target.</param>
/// <param name="Joules">Energy of all chips, emulated.</param>
/// <param name="ShareOfIdeal">Time at forced balance ÷ emulated time.</param>
/// <param name="Imbalance">Busiest ÷ mean rank, mean of the layers.</param>
/// <param name="ImbalanceAtHome">The same, had every expert stayed at home.</param>
/// <param name="Replicas">Replicas.</param>
/// <param name="MovedBytes">Weights to replicas and gradients home, all ranks.</param>
/// <param name="Planning">Wall time of planning, a layer.</param>
/// <param name="Elapsed">Wall time of the step.</param>
public sealed record StepFigures(float Loss, TimeSpan Emulated, double Joules, double ShareOfIdeal, double Imbalance, double ImbalanceAtHome, int Replicas, long MovedBytes, TimeSpan Planning, TimeSpan Elapsed)
{
    /// <summary>Rows of each rank, all layers: had experts stayed at home, and as they were placed.</summary>
    public required long[] RowsAtHome { get; init; }

    /// <inheritdoc cref="RowsAtHome"/>
    public required long[] Rows { get; init; }

    public static StepFigures Of(StepReport report)
    {
        const int perRank = Sizes.Experts / Sizes.Ranks;
        long[] home = new long[Sizes.Ranks], rows = new long[Sizes.Ranks];
        for (var layer = 0; layer < Sizes.Layers; layer++)
            for (var rank = 0; rank < Sizes.Ranks; rank++)
            {
                rows[rank] += report.RowsPerRank(0, layer)[rank];
                foreach (var copies in report.TokensPerExpert(0, layer).Slice(rank * perRank, perRank))
                    home[rank] += copies;
            }
        PlacementReport[] layers = [.. Enumerable.Range(0, Sizes.Layers).Select(layer => report.Placement(0, layer))];
        var emulated = report.Emulated!;
        return new(report.Loss, emulated.Time, emulated.Joules, emulated.ShareOfIdeal, layers.Average(layer => layer.Imbalance), layers.Average(layer => layer.ImbalanceAtHome),
            layers.Sum(layer => layer.Replicas), layers.Sum(layer => layer.WeightBytes + layer.GradientBytes), layers.Aggregate(TimeSpan.Zero, (sum, layer) => sum + layer.Planning) / Sizes.Layers, report.Elapsed)
        {
            RowsAtHome = home,
            Rows = rows,
        };
    }
}
