namespace Shardwright.Hardware.Tests;

/// <summary>
/// What Megatron-DeepSpeed adds to an A100: two constants, fitted together with four of the machine on vTrain's single-server rows that data parallelism alone lays out. A fixed time of a micro-batch was
/// tried as a seventh; the fit made it 0.
/// </summary>
public static class MegatronRates
{
    public static readonly FrameworkRates Value = new() { HostPicoseconds = 76_000_000, LogitBytes = 124 };

    /// <summary>Where a search begins: round numbers that fit nothing.</summary>
    public static readonly double[] Start = [0.8, 1e10, 0.8, 1e7, 5e7, 60];

    /// <summary>The six fitted constants as the machine and <see cref="Value"/> have them: largest efficiency, FLOPs of half efficiency, share of HBM's bandwidth, time of an op, host's time of an op, bytes a logit.</summary>
    public static double[] Of(Machine machine) =>
        [machine.Rank.TensorEfficiency, machine.Rank.HalfEfficiencyFlops, machine.Rank.HbmEfficiency, machine.Rank.OpOverhead, Value.HostPicoseconds, Value.LogitBytes];

    /// <summary>Predictions of runs on one machine with other constants, s.</summary>
    public static double[] Predict(DenseRun[] runs, double[] constants)
    {
        var machine = runs[0].Machine;
        machine = machine with
        {
            Rank = machine.Rank with { TensorEfficiency = constants[0], HalfEfficiencyFlops = constants[1], HbmEfficiency = constants[2], OpOverhead = (long)constants[3] },
        };
        var framework = new FrameworkRates { HostPicoseconds = (long)constants[4], LogitBytes = (int)constants[5] };
        return [.. runs.Select(run => run.Predict(machine, framework))];
    }

    /// <summary>Constants with the least mean error on these runs. No efficiency of a product may exceed the largest that was measured on A100, 0.87 (stas00/ml-engineering).</summary>
    public static double[] Fit(DenseRun[] runs, double[] start, int steps) =>
        SimplexSearch.Minimize(constants => MeanError(runs, constants), start, [0.87, 1e11, 1, 1e8, 1e9, 1000], steps);

    /// <summary>Mean of |predicted ÷ measured − 1|, %.</summary>
    public static double MeanError(DenseRun[] runs, double[] constants) => 100 * Predict(runs, constants).Zip(runs, (predicted, run) => Math.Abs(predicted / run.Seconds - 1)).Average();
}
