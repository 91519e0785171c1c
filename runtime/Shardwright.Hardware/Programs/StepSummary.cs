namespace Shardwright.Hardware;

/// <summary>What a step of a program costs on a machine, from the clocks of its ranks: the numbers that plan, emulator and reports show.</summary>
public sealed record StepSummary
{
    private readonly double[] recomputed;

    /// <summary>Reads the clocks of a mesh: of all ranks, or of one that stands for all.</summary>
    /// <param name="costs">Machine and mesh.</param>
    /// <param name="clocks">The clocks after a step.</param>
    /// <param name="tokens">Tokens of the step over all ranks.</param>
    public StepSummary(ProgramCosts costs, IReadOnlyList<RankClock> clocks, long tokens)
    {
        (Machine, Placement, Tokens) = (costs.Machine, costs.Placement, tokens);
        long each = costs.Placement.Data / clocks.Count;
        for (int i = 0; i < clocks.Count; i++)
            Picoseconds = Math.Max(Picoseconds, clocks[i].Now);
        double exposed = 0, waiting = 0;
        ChipWork again = default;
        for (int i = 0; i < clocks.Count; i++)
        {
            var clock = clocks[i];
            // A rank that ends early waits for the last one, and nothing hides that.
            exposed += Picoseconds - clock.Computing;
            waiting += clock.Waiting;
            Float32Flops += each * (double)clock.Work.Float32Flops;
            BFloat16Flops += each * (double)clock.Work.BFloat16Flops;
            Float8Flops += each * (double)clock.Work.Float8Flops;
            HbmBytes += each * (double)clock.Work.HbmBytes;
            LinkBytes += each * (double)clock.Work.LinkBytes;
            again += clock.Recomputed;
        }
        recomputed = [each * (double)again.Float32Flops, each * (double)again.BFloat16Flops, each * (double)again.Float8Flops];
        (ExposedPicoseconds, WaitingPicoseconds) = ((long)(exposed / clocks.Count), (long)(waiting / clocks.Count));
        ChipJoules = Energy(clocks);
        Cost = Picoseconds > 0 && tokens > 0 ? StepCost.Of(Machine, Chips, Picoseconds, ChipJoules, tokens) : null;
    }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>The mesh and how it lies on the machine.</summary>
    public MeshPlacement Placement { get; }

    /// <summary>Tokens of the step.</summary>
    public long Tokens { get; }

    /// <summary>Chips that the mesh occupies.</summary>
    public int Chips => (Placement.Data + Machine.RanksPerChip - 1) / Machine.RanksPerChip;

    /// <summary>Time of the step: of the slowest rank, picoseconds.</summary>
    public long Picoseconds { get; }

    /// <summary>Time in which a rank's engines had nothing to do because a collective was awaited; mean of the ranks, picoseconds.</summary>
    public long ExposedPicoseconds { get; }

    /// <summary>Time for which a rank waited at collectives for the last one to arrive; mean of the ranks, picoseconds.</summary>
    public long WaitingPicoseconds { get; }

    /// <summary>FLOPs of float32 products, all ranks.</summary>
    public double Float32Flops { get; }

    /// <summary>FLOPs of bfloat16 products, all ranks.</summary>
    public double BFloat16Flops { get; }

    /// <summary>FLOPs of 8-bit products, all ranks.</summary>
    public double Float8Flops { get; }

    /// <summary>FLOPs of products, all ranks.</summary>
    public double Flops => Float32Flops + BFloat16Flops + Float8Flops;

    /// <summary>The part of <see cref="Flops"/> that repeats products of the forward pass, all ranks.</summary>
    public double RecomputedFlops => recomputed[0] + recomputed[1] + recomputed[2];

    /// <summary>Bytes between HBM and cores, all ranks.</summary>
    public double HbmBytes { get; }

    /// <summary>Bytes over links, all ranks.</summary>
    public double LinkBytes { get; }

    /// <summary>Energy of all chips, J, by the rule of <see cref="StepEnergy"/>.</summary>
    public double ChipJoules { get; }

    /// <summary>Energy of the facility, carbon, dollars; null for an empty step.</summary>
    public StepCost? Cost { get; }

    /// <summary>Share of the step in which communication is exposed.</summary>
    public double ExposedShare => Picoseconds == 0 ? 0 : (double)ExposedPicoseconds / Picoseconds;

    /// <summary>
    /// Model FLOPs utilisation: the time that the model's products would take at the chips' published peaks, each format at its own, over the step's time. What is computed again for the backward pass is not the model's
    /// (Chowdhery et al. 2022, PaLM, appendix B); see <see cref="Hfu"/>.
    /// </summary>
    public double Mfu => Utilisation(Machine, Chips, Picoseconds, Float32Flops - recomputed[0], BFloat16Flops - recomputed[1], Float8Flops - recomputed[2]);

    /// <summary>Hardware FLOPs utilisation: the same of all products that run. Equal to <see cref="Mfu"/> where nothing is recomputed.</summary>
    public double Hfu => Utilisation(Machine, Chips, Picoseconds, Float32Flops, BFloat16Flops, Float8Flops);

    /// <summary>The utilisation by FLOPs of each format in a time.</summary>
    public static double Utilisation(Machine machine, int chips, long picoseconds, double float32Flops, double bfloat16Flops, double float8Flops)
    {
        return picoseconds == 0 ? 0
            : (Seconds(OperandFormat.Float32, float32Flops) + Seconds(OperandFormat.BFloat16, bfloat16Flops) + Seconds(OperandFormat.Float8, float8Flops)) / chips / (picoseconds * 1e-12);

        // A machine need not have a peak for a format that nothing uses.
        double Seconds(OperandFormat format, double flops) => flops == 0 ? 0 : flops / machine.HeadlineFlops[(int)format];
    }

    /// <summary>Chip by chip, each from the work of its ranks: which ranks share a chip changes no more than the rounding to a picojoule.</summary>
    private double Energy(IReadOnlyList<RankClock> clocks)
    {
        if (clocks.Count > 1)
            return Enumerable.Range(0, Chips).Sum(chip => Energy(clocks, chip));
        // All chips do the same but the last, which may have fewer ranks.
        return Energy(clocks, 0) * (Chips - 1) + Energy(clocks, Chips - 1);
    }

    private double Energy(IReadOnlyList<RankClock> clocks, int chip)
    {
        ChipWork work = default;
        for (int rank = chip * Machine.RanksPerChip; rank < Math.Min(Placement.Data, (chip + 1) * Machine.RanksPerChip); rank++)
            work += clocks[clocks.Count == 1 ? 0 : rank].Work;
        return StepEnergy.Of(Machine.Power, Picoseconds, work).Joules;
    }
}
