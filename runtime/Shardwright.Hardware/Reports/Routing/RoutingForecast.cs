namespace Shardwright.Hardware.Reports;

/// <summary>What recorded routing does to one expert group of a plan: how uneven its ranks are, what a step then takes, under every placement, and how uneven they may be before memory is full.</summary>
public sealed record RoutingForecast
{
    /// <summary>Above the best step's time, up to which fewer slots are recommended.</summary>
    public const double CloseEnough = 0.01;

    /// <summary>Saving of the step's time from which on the recommended placement is worth a warning.</summary>
    public const double WorthSaying = 0.05;

    // A sample's plans and times take as long as there are ranks.
    private const int MostSamples = 512, FewestSamples = 64, MostRanksOfSamples = 4096;

    /// <summary>The group.</summary>
    public required TimedSite Site { get; init; }

    /// <summary>File name of the recording.</summary>
    public required string Recording { get; init; }

    /// <summary>Steps of it.</summary>
    public required int Steps { get; init; }

    /// <summary>Layers of micro-batches that were tried, evenly over the recording.</summary>
    public required int Samples { get; init; }

    /// <summary>Whether they are as recorded: the recording has the plan's tokens, on as many ranks or a multiple. Else the experts' shares are, and what each rank sends is drawn around them.</summary>
    public required bool IsExact { get; init; }

    /// <summary>Time of the step at forced balance, picoseconds: what the plan has.</summary>
    public required long IdealPicoseconds { get; init; }

    /// <summary>Bytes of weights and gradients that one slot takes of a rank, once for all layers.</summary>
    public required long SlotBytes { get; init; }

    /// <summary>Every placement, by slots; the first leaves all at home.</summary>
    public required IReadOnlyList<PlacementForecast> Placements { get; init; }

    /// <summary>What the program has.</summary>
    public required PlacementForecast Configured { get; init; }

    /// <summary>Fewest slots with which the step is within 1 % of the best that fits into memory; of as many slots, the first.</summary>
    public required PlacementForecast Recommended { get; init; }

    /// <summary>What the recommended placement saves of the configured one's step; below zero where fewer slots are recommended that do almost as well.</summary>
    public double SavedShare => 1 - Recommended.StepPicoseconds / Configured.StepPicoseconds;

    /// <summary>The statement that sends rows to the experts; null when its place is not known.</summary>
    public required PlanSource? Source { get; init; }

    /// <summary>max ÷ mean rows, of one rank in every layer of every group, from which on the rank's memory does not suffice; null where it always does.</summary>
    public required double? ImbalanceLimit { get; init; }

    /// <summary>A forecast for each expert group that has the experts and k of a recorded one; its layers are those of the recording, from the start again where there are more.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="recording">The recording.</param>
    /// <param name="name">Its file's name.</param>
    public static IReadOnlyList<RoutingForecast> All(PlanDocument plan, Machine machine, RoutingRecording recording, string name)
    {
        var forecasts = new List<RoutingForecast>();
        for (int site = 0; site < plan.Program.Sites.Count; site++)
            if (plan.Program.Sites[site].TokensPerRank > 0 && Match(recording.Shape.Groups, plan.Program.Sites[site]) is var group and >= 0)
                forecasts.Add(Of(plan, machine, site, recording, group, name));
        return forecasts;
    }

    private static RoutingForecast Of(PlanDocument plan, Machine machine, int index, RoutingRecording recording, int group, string name)
    {
        long ideal = ProgramWalk.Balanced(new(plan.Program, machine, plan.Placement)).Now;
        var site = plan.Program.Sites[index];
        var samples = RecordedSamples.Of(recording, group, site, plan.Placement, Math.Min(MostSamples, Math.Max(FewestSamples, MostRanksOfSamples / plan.Placement.Expert)));
        var trials = new PlacementTrials(plan, machine, index);
        PlacementForecast[] placements = [.. trials.Try(samples.Counts).Select(Complete)];
        double best = placements.Where(placement => placement.Fits).Min(placement => placement.StepPicoseconds);
        return new()
        {
            Site = site,
            Source = plan.Program.Ops.FirstOrDefault(op => op.Site == index && op.Collective is { Exchange: not RowExchange.None })?.Place,
            Recording = name,
            Steps = recording.Steps,
            Samples = samples.Counts.Count,
            IsExact = samples.IsExact,
            IdealPicoseconds = ideal,
            SlotBytes = trials.SlotBytes,
            Placements = placements,
            Configured = placements.First(placement => placement.Placement == site.Placement && placement.Slots == site.Slots),
            Recommended = placements.First(placement => placement.Fits && placement.StepPicoseconds <= best * (1 + CloseEnough)),
            ImbalanceLimit = Reports.ImbalanceLimit.Of(plan, machine.Rank.HbmBytes),
        };

        PlacementForecast Complete(PlacementForecast placement)
        {
            double step = ideal + (placement.LayerPicoseconds - trials.IdealPicoseconds) * site.Layers * plan.MicroBatches;
            return placement with
            {
                StepPicoseconds = step,
                ShareOfIdeal = ideal / step,
                // The plan's own slots are in its peak already. Whoever adds none adds no bytes.
                Fits = placement.Slots <= site.Slots || plan.Memory.PeakBytes + (placement.Slots - site.Slots) * trials.SlotBytes <= machine.Rank.HbmBytes,
            };
        }
    }

    /// <summary>The recorded group that a site has its load from: one of its path, else the first of its sizes; −1 without.</summary>
    private static int Match(IReadOnlyList<RoutingGroup> groups, TimedSite site)
    {
        int first = -1;
        for (int group = groups.Count - 1; group >= 0; group--)
            if (groups[group].Experts == site.Experts && groups[group].TopK == site.TopK)
            {
                if (groups[group].Path == site.Path)
                    return group;
                first = group;
            }
        return first;
    }
}
