namespace Shardwright.Hardware.Tests;

/// <summary>A measured training run of a dense transformer on A100.</summary>
/// <param name="Name">How it is printed.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Shape">The model.</param>
/// <param name="Schedule">Its layout.</param>
/// <param name="Seconds">Measured duration of a step.</param>
public sealed record DenseRun(string Name, Machine Machine, TransformerShape Shape, DenseSchedule Schedule, double Seconds)
{
    /// <summary>Rows of the vocabulary in Megatron-LM's recipes: 50,257, padded to 51,200.</summary>
    private const int Vocabulary = 51_200;

    /// <summary>Whether data parallelism alone lays it out.</summary>
    public bool IsDataParallel => Schedule.Tensor == 1 && Schedule.Pipeline == 1;

    /// <summary>
    /// vTrain's rows on one server of 2, 4 or 8 A100. Taken to keep all activations: with a forward pass computed twice, the products of the 2048-wide layers would have to run at 0.95 of the peak and more,
    /// beyond the largest efficiency that has been measured on the chip (0.87).
    /// </summary>
    public static DenseRun[] SingleNode(Machine machine) => Read(machine, "vtrain_single_node", Recomputation.None, "iter_ms", 1e-3);

    /// <summary>vTrain's rows on 64 to 512 A100: servers of 8 with 800 Gb/s to the network, which is half of a DGX A100's; all activations computed twice.</summary>
    public static DenseRun[] MultiNode(Machine machine) => Read(HalfNetwork(machine), "vtrain_multi_node", Recomputation.Full, "iter_ms", 1e-3);

    /// <summary>Megatron-LM's table 1 (arXiv 2104.04473) on Selene; all activations computed twice.</summary>
    public static DenseRun[] Sc21(Machine machine) => Read(machine, "megatron_sc21_table1", Recomputation.Full, "iter_s", 1);

    /// <summary>Korthikanti et al., table 5 (arXiv 2205.05198), on Selene.</summary>
    public static DenseRun[] Selene(Machine machine) =>
    [
        .. PublishedRow.Of("training_time", "korthikanti_table5_calculon").Select(row => new DenseRun(
            $"{row.Text("model")} {row.Text("recompute")}",
            machine,
            new(row.Whole("layers"), row.Whole("hidden"), row.Whole("heads"), 2048, Vocabulary),
            new(row.Whole("tp"), 1, row.Whole("pp"), row.Whole("interleave"), row.Whole("global_batch"), row.Whole("micro_batch"), row.Text("recompute") == "full" ? Recomputation.Full : Recomputation.Selective),
            row.Number("measured_iter_s"))),
    ];

    /// <summary>The prediction, s.</summary>
    public double Predict() => Predict(Machine, MegatronRates.Value);

    /// <summary>The prediction with another machine or framework, s.</summary>
    public double Predict(Machine machine, FrameworkRates framework) => DenseStepTime.Of(machine, Shape, Schedule, framework).Seconds;

    private static DenseRun[] Read(Machine machine, string table, Recomputation recomputation, string time, double unit) =>
    [
        .. PublishedRow.Of("training_time", table).Select(row => new DenseRun(
            $"h={row.Whole("hidden")} l={row.Whole("layers")} t={row.Whole("tp")} d={row.Whole("dp")} p={row.Whole("pp")} b={row.Whole("micro_batch")} B={row.Whole("global_batch")}",
            machine,
            new(row.Whole("layers"), row.Whole("hidden"), row.Whole("heads"), table == "megatron_sc21_table1" ? 2048 : row.Whole("seq"), Vocabulary),
            new(row.Whole("tp"), row.Whole("dp"), row.Whole("pp"), table == "megatron_sc21_table1" ? row.Whole("virtual_stages") : 1, row.Whole("global_batch"), row.Whole("micro_batch"), recomputation),
            row.Number(time) * unit)),
    ];

    private static Machine HalfNetwork(Machine machine) => machine with
    {
        Levels = [.. machine.Levels.Select(level => level.Name == "cluster" ? level with { BytesPerSecond = [12.5e9] } : level)],
    };
}
