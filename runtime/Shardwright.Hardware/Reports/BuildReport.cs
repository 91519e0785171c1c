namespace Shardwright.Hardware.Reports;

/// <summary>What a training step of a model takes on its target: every number that the build report shows. Computed from a plan alone, by the code that the compiler and the emulator use; published as <c>docs/plan.schema.json</c> says.</summary>
public sealed record BuildReport
{
    /// <summary>The plan.</summary>
    public required PlanDocument Plan { get; init; }

    /// <summary>Time, utilisation, energy and cost; the target and the mesh.</summary>
    public required StepSummary Summary { get; init; }

    /// <summary>Device memory of a rank, bytes.</summary>
    public long CapacityBytes => Summary.Machine.Rank.HbmBytes;

    /// <summary>Peak of a rank at even load, bytes.</summary>
    public long PeakBytes => Plan.Memory.PeakBytes;

    /// <summary>Peak ÷ capacity; above 1 the step does not fit.</summary>
    public double PeakShare => (double)PeakBytes / CapacityBytes;

    /// <summary>Facility energy, carbon, dollars; of an empty step all zero.</summary>
    public StepCost Cost => Summary.Cost ?? new(0, Plan.TokensPerStep, 0, 0, 0, 0, null);

    /// <summary>Chip energy of a token, J.</summary>
    public double JoulesPerToken => Summary.ChipJoules / Plan.TokensPerStep;

    /// <summary>Time of the step with the mesh the other way round, picoseconds; null where both are the same.</summary>
    public long? OtherPlacementPicoseconds { get; init; }

    /// <summary>Statements in program order.</summary>
    public required IReadOnlyList<ReportOperation> Operations { get; init; }

    /// <summary>Roofs and the statements under them.</summary>
    public required Roofline Roofline { get; init; }

    /// <summary>One rank's step by engine.</summary>
    public required Timeline Timeline { get; init; }

    /// <summary>Device memory over program order.</summary>
    public required MemoryProfile Memory { get; init; }

    /// <summary>Bytes between ranks.</summary>
    public required CommunicationMatrix Matrix { get; init; }

    /// <summary>Collectives by kind and group.</summary>
    public required IReadOnlyList<CollectiveUse> Collectives { get; init; }

    /// <summary>Parts of the step's time, whose sum it is.</summary>
    public required IReadOnlyList<StepPart> Parts { get; init; }

    /// <summary>Expert groups.</summary>
    public required IReadOnlyList<ExpertUse> Experts { get; init; }

    /// <summary>What recorded routing does to expert groups; empty without a recording. Set with <c>with</c>.</summary>
    public IReadOnlyList<RoutingForecast> Routing { get; init; } = [];

    /// <summary>What the rules found, by saving.</summary>
    public required IReadOnlyList<PlanFinding> Findings { get; init; }

    /// <summary>Reads everything out of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="trace">Recorded routing, for the experts' load; null for even load alone.</param>
    /// <param name="traceName">Its file's name.</param>
    /// <exception cref="MachineFileException">The plan's target cannot be read.</exception>
    /// <exception cref="ScaleException">The trace does not fit the model's experts.</exception>
    public static BuildReport Of(PlanDocument plan, RecordedLoad? trace = null, string? traceName = null) => Of(plan, plan.Machine(), trace, traceName);

    /// <summary>The same on another machine, with the mesh as it lies on the plan's own.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="trace">Recorded routing; null for even load alone.</param>
    /// <param name="traceName">Its file's name.</param>
    /// <exception cref="ScaleException">The trace does not fit the model's experts.</exception>
    public static BuildReport Of(PlanDocument plan, Machine machine, RecordedLoad? trace = null, string? traceName = null)
    {
        var costs = new ProgramCosts(plan.Program, machine, plan.Placement);
        var estimates = OpEstimate.All(costs);
        var recorder = new StepRecorder(plan.Program, TimelineDetail.Choose(plan.Program, estimates));
        var clock = ProgramWalk.Balanced(costs, recorder);
        recorder.Finish(clock);
        var operations = ReportOperation.All(costs, estimates, recorder);
        return new()
        {
            Plan = plan,
            Summary = new(costs, [clock], plan.TokensPerStep),
            OtherPlacementPicoseconds = MeshChoice.Placements(plan.Placement).Where(other => other != plan.Placement)
                .Select(other => (long?)ProgramWalk.Balanced(new(plan.Program, machine, other)).Now).FirstOrDefault(),
            Operations = operations,
            Roofline = Roofline.Of(costs, operations, clock),
            Timeline = recorder.Timeline(machine, clock),
            Memory = MemoryProfile.Of(plan),
            Matrix = CommunicationMatrix.Of(costs, estimates),
            Collectives = CollectiveUse.All(costs, estimates, recorder),
            Parts = recorder.Parts(),
            Experts = ExpertUse.All(plan, costs, trace, traceName),
            Findings = [.. plan.Findings.OrderByDescending(finding => finding.SavedPicoseconds ?? -1).ThenByDescending(finding => finding.Severity).ThenBy(finding => finding.Rule, StringComparer.Ordinal)],
        };
    }
}
