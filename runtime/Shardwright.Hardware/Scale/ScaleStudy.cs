namespace Shardwright.Hardware;

/// <summary>
/// A compiled step on other numbers of chips. Weak scaling: every rank keeps the tokens that the program was compiled for, so that the global batch grows with the ranks. One rank is walked for all that do the same: at even load one
/// altogether, else one of each class of equal load (<see cref="TraceRouting"/>).
/// </summary>
public static class ScaleStudy
{
    /// <summary>A point for every number of chips and every degree.</summary>
    /// <exception cref="ScaleException">The trace does not belong to the model.</exception>
    public static IReadOnlyList<ScalePoint> Run(PlanDocument plan, Machine machine, ScaleRequest request, RecordedLoad? trace = null) =>
        [.. request.Chips.SelectMany(chips => request.Experts.Select(expert => At(plan, machine, chips, expert, new() { Sharding = request.Sharding, Trace = trace })))];

    /// <summary>One point.</summary>
    /// <param name="plan">The compiled plan.</param>
    /// <param name="machine">The machine: the plan's own or another one.</param>
    /// <param name="chips">Chips; every rank of each is a data rank.</param>
    /// <param name="expert">Expert-parallel degree; null for the largest.</param>
    /// <param name="options">What else is assumed; null for the defaults.</param>
    /// <exception cref="ScaleException">The trace has another number of experts than the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No rank of the group can have the load factor.</exception>
    public static ScalePoint At(PlanDocument plan, Machine machine, int chips, int? expert = null, ScaleOptions? options = null)
    {
        options ??= new();
        var (mesh, problem) = MeshChoice.Of(plan.Program, machine, chips, expert);
        if (mesh is { Data: > 1 } && plan.Placement.Data == 1)
            (mesh, problem) = (null, "the model was compiled for one rank, whose program has no collectives over the world; compile it for two or more, such as -p:ShardwrightMesh=\"data=2 expert=2\"");
        if (mesh is null)
            return new() { Chips = chips, Problem = problem };
        var routing = plan.Program.Sites.Count == 0 ? null : options.Trace is { } trace ? new TraceRouting(plan.Program, trace, mesh.Expert)
            : options.LoadFactor != 1 ? new TraceRouting(plan.Program, options.LoadFactor, mesh.Expert) : null;
        long capacity = machine.Rank.HbmBytes;
        var memory = ScaleMemory.Of(plan, mesh, routing);
        bool sharded = options.Sharding == ScaleSharding.Zero3 || options.Sharding == ScaleSharding.Auto && memory.Peak > capacity;
        if (sharded)
            memory = ScaleMemory.Sharded(plan, mesh, routing);
        var point = new ScalePoint { Chips = chips, Mesh = mesh, IsSharded = sharded, Memory = memory };
        if (routing is not null)
            point = point with { LoadFactor = (routing.Factors.Max(), routing.Factors.Average()) };
        if (memory.Peak > capacity)
            return point with { Problem = memory.Overflow(FormattableString.Invariant($"data {mesh.Data} × expert {mesh.Expert}{(sharded ? ", sharded," : "")} on {chips} chips of {machine.Name}"), capacity) };
        return Fastest(plan, machine, point, routing);
    }

    /// <summary>The faster of the ways in which the mesh may lie on the machine.</summary>
    private static ScalePoint Fastest(PlanDocument plan, Machine machine, ScalePoint point, TraceRouting? routing)
    {
        var program = point.IsSharded ? ShardedProgram.Of(plan, point.Mesh!) : MeshProgram.Of(plan, point.Mesh!);
        var walks = MeshChoice.Placements(point.Mesh!).Select(placement => (Mesh: placement, Clocks: Walk(new(program, machine, placement), routing))).ToList();
        var (mesh, clocks) = walks.OrderBy(walk => walk.Clocks.Max(clock => clock.Now)).First();
        return point with { Mesh = mesh, Step = Step(plan, machine, point.Chips, mesh, clocks, routing?.Members ?? [mesh.Expert]) };
    }

    private static RankClock[] Walk(ProgramCosts costs, TraceRouting? routing) =>
        routing is null ? [ProgramWalk.Balanced(costs)] : ProgramWalk.Representatives(costs, routing.Members.Count, routing);

    private static ScaleStep Step(PlanDocument plan, Machine machine, int chips, MeshPlacement mesh, RankClock[] clocks, IReadOnlyList<int> members)
    {
        var busiest = clocks.OrderBy(clock => clock.Exposed).First();
        long time = clocks.Max(clock => clock.Now);
        IReadOnlyList<(OperandFormat Format, long Flops)> flops = FlopsByFormat.Of(plan.Program), model = FlopsByFormat.Of(plan.Program, recomputed: false);
        long each = machine.RanksPerChip;
        long hbm = Mean(clock => clock.Work.HbmBytes), links = Mean(clock => clock.Work.LinkBytes);
        var work = new ChipWork(flops[0].Flops * each, flops[1].Flops * each, flops[2].Flops * each, hbm * each, links * each);
        long tokens = checked(plan.TokensPerStep / plan.Placement.Data * mesh.Data);
        return new()
        {
            Picoseconds = time,
            Exposed = busiest.Exposed,
            Waiting = Mean(clock => clock.Waiting),
            Collectives = [.. Enum.GetValues(typeof(CollectiveKind)).Cast<CollectiveKind>().Select(busiest.Collective)],
            Flops = (double)flops.Sum(f => f.Flops) * mesh.Data,
            Mfu = StepSummary.Utilisation(machine, 1, time, model[0].Flops * each, model[1].Flops * each, model[2].Flops * each),
            Cost = StepCost.Of(machine, chips, time, StepEnergy.Of(machine.Power, time, work), tokens),
            HoursBetweenFailures = Goodput.ClusterHours(machine.ChipHoursBetweenFailures, chips),
        };

        long Mean(Func<RankClock, long> value) => clocks.Select((clock, member) => checked(value(clock) * members[member])).Sum() / mesh.Expert;
    }
}
