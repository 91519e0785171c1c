namespace Shardwright.Hardware.Reports;

/// <summary>The collectives of one kind and group in one rank's step.</summary>
/// <param name="Kind">The collective.</param>
/// <param name="Group">Its ranks.</param>
/// <param name="Ranks">How many.</param>
/// <param name="Algorithms">The algorithms that the machine's rules choose.</param>
/// <param name="Count">Runs.</param>
/// <param name="LinkBytes">Bytes that the rank puts on links.</param>
/// <param name="Picoseconds">Time, hidden or not.</param>
/// <param name="ExposedPicoseconds">Of that, while no engine does anything.</param>
/// <param name="Operations">The statements.</param>
public sealed record CollectiveUse(
    CollectiveKind Kind, CollectiveGroup Group, int Ranks, IReadOnlyList<string> Algorithms, long Count, long LinkBytes, long Picoseconds, long ExposedPicoseconds, IReadOnlyList<int> Operations)
{
    internal static IReadOnlyList<CollectiveUse> All(ProgramCosts costs, IReadOnlyList<OpEstimate> estimates, StepRecorder recorder) =>
        [.. estimates.Where(estimate => estimate.Op.Collective is not null && costs.Placement.Size(estimate.Op.Collective.Group) > 1)
            .GroupBy(estimate => (estimate.Op.Collective!.Kind, estimate.Op.Collective.Group)).OrderBy(group => group.Key.Kind).ThenBy(group => group.Key.Group)
            .Select(group => new CollectiveUse(
                group.Key.Kind, group.Key.Group, costs.Placement.Size(group.Key.Group),
                [.. group.Select(estimate => estimate.Collective!.Value.Algorithm).Distinct()],
                group.Sum(estimate => estimate.Runs),
                group.Sum(estimate => estimate.Collective!.Value.LinkBytes * estimate.Runs),
                group.Sum(estimate => estimate.Picoseconds * estimate.Runs),
                group.Sum(estimate => recorder.Exposed[estimate.Op.Index]),
                [.. group.Select(estimate => estimate.Op.Index)]))];
}
