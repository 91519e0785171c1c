using Shardwright.Execution;
using Shardwright.Hardware;

namespace Shardwright;

/// <summary>
/// What a step would have taken on the target: every statement charged to its engine, every collective to its group, with the rows that routing really brought. Times are of the slowest rank unless they say otherwise.
/// </summary>
public sealed class EmulatedStep
{
    private readonly ClusterClock clocks;
    private readonly long[] engines = new long[6], collectives = new long[5];
    private readonly long tokens;
    private ChipWork work, recomputed;
    private StepSummary? summary;

    internal EmulatedStep(ClusterClock clocks, long tokens) => (this.clocks, this.tokens) = (clocks, tokens);

    /// <summary>Utilisation, energy, carbon and dollars of the step. Made when it is asked for.</summary>
    public StepSummary Summary => summary ??= new(clocks.Costs, [.. clocks.Ranks.Select(rank => rank.Clock)], tokens);

    /// <summary>The machine.</summary>
    public Machine Machine => clocks.Costs.Machine;

    /// <summary>The mesh and how it lies on the machine.</summary>
    public MeshPlacement Placement => clocks.Costs.Placement;

    /// <summary>Chips that the mesh occupies.</summary>
    public int Chips => (Placement.Data + Machine.RanksPerChip - 1) / Machine.RanksPerChip;

    /// <summary>Time of the step.</summary>
    public TimeSpan Time => Span(Picoseconds);

    /// <summary>Time of the step in picoseconds.</summary>
    public long Picoseconds { get; private set; }

    /// <summary>The compiler's own prediction, at even load, in picoseconds.</summary>
    public long PlannedPicoseconds => clocks.Planned;

    /// <summary>Share of the step's ideal: its time at forced balance with every expert at home ÷ its time, all that placement costs included. 1 is nothing lost to uneven ranks.</summary>
    public double ShareOfIdeal => Picoseconds == 0 ? 1 : (double)PlannedPicoseconds / Picoseconds;

    /// <summary>Time in which a rank's engines had nothing to do, because a collective was awaited; mean of the ranks, picoseconds.</summary>
    public long ExposedPicoseconds { get; private set; }

    /// <summary>Time for which a rank waited at collectives for the last one to arrive; mean of the ranks, picoseconds.</summary>
    public long WaitingPicoseconds { get; private set; }

    /// <summary>FLOPs of products, all ranks.</summary>
    public long Flops => work.Float32Flops + work.BFloat16Flops + work.Float8Flops;

    /// <summary>Bytes between HBM and cores, all ranks.</summary>
    public long HbmBytes => work.HbmBytes;

    /// <summary>Bytes over links, all ranks.</summary>
    public long LinkBytes => work.LinkBytes;

    /// <summary>Model FLOPs utilisation, see <see cref="StepSummary.Mfu"/>.</summary>
    public double Mfu => StepSummary.Utilisation(Machine, Chips, Picoseconds, work.Float32Flops - recomputed.Float32Flops, work.BFloat16Flops - recomputed.BFloat16Flops, work.Float8Flops - recomputed.Float8Flops);

    /// <summary>Hardware FLOPs utilisation, see <see cref="StepSummary.Hfu"/>.</summary>
    public double Hfu => StepSummary.Utilisation(Machine, Chips, Picoseconds, work.Float32Flops, work.BFloat16Flops, work.Float8Flops);

    /// <summary>Energy of all chips, J.</summary>
    public double Joules => Summary.ChipJoules;

    /// <summary>Rent of the instances, US$; null where no price is published.</summary>
    public double? Dollars => Summary.Cost?.Dollars;

    /// <summary>Busy time of an engine; mean of the ranks, picoseconds.</summary>
    public long EnginePicoseconds(Engine engine) => engines[(int)engine];

    /// <summary>Time in collectives of a kind, hidden or not; mean of the ranks, picoseconds.</summary>
    public long CollectivePicoseconds(Collective kind) => collectives[(int)kind];

    internal void Collect()
    {
        long ranks = clocks.Ranks.Length;
        summary = null;
        (Picoseconds, ExposedPicoseconds, WaitingPicoseconds, work, recomputed) = (0, 0, 0, default, default);
        Array.Clear(engines);
        Array.Clear(collectives);
        foreach (var rank in clocks.Ranks)
            Picoseconds = Math.Max(Picoseconds, rank.Clock.Now);
        foreach (var rank in clocks.Ranks)
        {
            var clock = rank.Clock;
            // Ranks that end early wait for the last one: nothing hides that.
            ExposedPicoseconds += Picoseconds - clock.Computing;
            WaitingPicoseconds += clock.Waiting;
            work += clock.Work;
            recomputed += clock.Recomputed;
            for (int engine = 0; engine < engines.Length; engine++)
                engines[engine] += clock.Busy((Engine)engine);
            for (int kind = 0; kind < collectives.Length; kind++)
                collectives[kind] += clock.Collective((CollectiveKind)kind);
        }
        (ExposedPicoseconds, WaitingPicoseconds) = (ExposedPicoseconds / ranks, WaitingPicoseconds / ranks);
        for (int engine = 0; engine < engines.Length; engine++)
            engines[engine] /= ranks;
        for (int kind = 0; kind < collectives.Length; kind++)
            collectives[kind] /= ranks;
    }

    private static TimeSpan Span(long picoseconds) => TimeSpan.FromTicks(picoseconds / 100_000);
}
