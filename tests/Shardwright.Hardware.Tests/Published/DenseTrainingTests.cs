namespace Shardwright.Hardware.Tests;

/// <summary>
/// Steps of dense transformers on A100. Six constants are fitted, on vTrain's 240 single-server rows that data parallelism alone lays out; every other row here was not fitted. The form of the model (which ops a
/// layer has, how the host issues them) was chosen with these tables at hand, its constants were not.
/// </summary>
public class DenseTrainingTests(ITestOutputHelper output)
{
    private static readonly Machine A100 = MachineCatalog.Find("dgx-a100")!;

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Constants_OnTheRowsTheyAreFittedOn_AreTheBest()
    {
        var rows = Fitted();
        double[] constants = MegatronRates.Of(A100), found = MegatronRates.Fit(rows, MegatronRates.Start, steps: 300);

        var errors = Predict("vTrain, one server, data parallelism alone: fitted on", rows);
        output.WriteLine($"    constants in use {Text(constants)}; a search from {Text(MegatronRates.Start)} finds {Text(found)}, {MegatronRates.MeanError(rows, found):F2} %");
        Assert.Equal(240, errors.Count);
        Assert.True(errors.Mean <= 2, $"{errors.Mean}");
        Assert.True(errors.Mean - MegatronRates.MeanError(rows, found) <= 0.1);
    }

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Step_DataParallelRowsOfManyServers_AreWithinNinePercent()
    {
        var servers = Predict("vTrain, many servers, data parallelism alone: none fitted", DenseRun.MultiNode(A100).Where(run => run.IsDataParallel));
        var selene = Predict("Megatron-LM SC21, table 1, data parallelism alone: none fitted", DenseRun.Sc21(A100).Where(run => run.IsDataParallel));

        Assert.True(servers.Mean <= 4, $"{servers.Mean}");
        Assert.True(selene.Mean <= 5, $"{selene.Mean}");
    }

    /// <summary>Fitted on one width and tested on the other: narrow layers are bound by the host, so the first direction knows little of the machine.</summary>
    [Theory(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    [InlineData(1024, 2048, 15)]
    [InlineData(2048, 1024, 5)]
    public void Step_OtherWidthThanFitted_IsPredicted(int fitted, int tested, double bound)
    {
        DenseRun[] rows = [.. Fitted().Where(run => run.Shape.Width == fitted)];
        double[] constants = MegatronRates.Fit(rows, MegatronRates.Start, steps: 300);
        output.WriteLine($"fitted {Text(constants)}, {MegatronRates.MeanError(rows, constants):F2} % on width {fitted}");

        var errors = Predict($"vTrain, one server, width {tested}, constants fitted on width {fitted}", Fitted().Where(run => run.Shape.Width == tested), constants);
        Assert.True(errors.Mean <= bound, $"{errors.Mean}");
    }

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Step_TensorAndPipelineRows_ArePredictedWithoutFit()
    {
        var selene = Predict("Megatron-LM SC21, table 1, tensor or pipeline parallelism: none fitted", DenseRun.Sc21(A100).Where(run => !run.IsDataParallel));
        var servers = Predict("vTrain, many servers, tensor or pipeline parallelism: none fitted", DenseRun.MultiNode(A100).Where(run => !run.IsDataParallel));
        foreach (var group in DenseRun.MultiNode(A100).Where(run => !run.IsDataParallel).GroupBy(Layout).OrderBy(group => group.Key))
            Predict($"    {group.Key}", group, rows: false);
        var single = Predict("vTrain, one server, tensor or pipeline parallelism: none fitted", DenseRun.SingleNode(A100).Where(run => !run.IsDataParallel));
        foreach (var group in DenseRun.SingleNode(A100).Where(run => !run.IsDataParallel).GroupBy(Layout).OrderBy(group => group.Key))
            Predict($"    {group.Key}", group, rows: false);

        Assert.True(selene.Mean <= 5, $"{selene.Mean}");
        Assert.True(servers.Mean <= 10, $"{servers.Mean}");
        Assert.True(single.Mean <= 13, $"{single.Mean}");

        static string Layout(DenseRun run) => $"tensor {run.Schedule.Tensor,2}, {(run.Schedule.Pipeline > 1 ? "pipeline" : "no pipeline")}";
    }

    /// <summary>No row of this table is laid out by data parallelism alone. Its software is newer than vTrain's; the predictions are too slow throughout.</summary>
    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Step_RowsOfKorthikanti_AreNotCovered()
    {
        var runs = DenseRun.Selene(A100);

        Assert.DoesNotContain(runs, run => run.IsDataParallel);
        output.WriteLine("Korthikanti et al., table 5: no row of data parallelism alone; not covered by any claim.");
        Assert.True(Predict("Korthikanti et al., table 5, tensor and pipeline parallelism: none fitted", runs).Mean <= 15);
    }

    private static string Text(double[] constants) => $"({string.Join(", ", constants.Select(constant => constant.ToString("G3")))})";

    private static DenseRun[] Fitted() => [.. DenseRun.SingleNode(A100).Where(run => run.IsDataParallel)];

    private Errors Predict(string title, IEnumerable<DenseRun> runs, double[]? constants = null, bool rows = true)
    {
        var errors = new Errors(title);
        DenseRun[] all = [.. runs];
        double[] predicted = constants is null ? [.. all.Select(run => run.Predict())] : MegatronRates.Predict(all, constants);
        for (int i = 0; i < all.Length; i++)
            errors.Add(all[i].Name, predicted[i], all[i].Seconds);
        errors.Print(output, rows);
        return errors;
    }
}
