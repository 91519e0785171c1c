using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Hardware.Reports;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;
using CompiledPlan = Shardwright.Training.Tests.Harness.CompiledPlan;

namespace Shardwright.Training.Tests.Reports;

/// <summary>What a plan forecasts from recorded routing, held against the reports of emulated steps with that routing.</summary>
public sealed class RoutingForecastTests
{
    [Theory]
    [InlineData("Sample", 4, 4)]
    [InlineData("Sample", 8, 4)]
    public void Static_OfARecordedRun_IsWhatTheEmulatorReports(string model, int data, int expert)
    {
        var (plan, recording, reports) = Run(model, (data, expert), ForcedRouting.AllBut(0, 1), steps: 1);

        var forecast = Assert.Single(Forecast(plan, recording));

        Assert.True(forecast.IsExact);
        Assert.Equal(plan.PlannedPicoseconds, forecast.IdealPicoseconds);
        Assert.Equal(recording.Shape.RecordsPerStep * data / expert, forecast.Samples);
        Assert.Equal("Static", forecast.Configured.Placement);
        Assert.Same(forecast.Placements[0], forecast.Configured);
        // All micro-batches and layers have this load, so sums of the report's rows give the mean. What the step takes longer is the emulator's but for the exchange, which it charges as if all ranks sent as much as the busiest.
        Assert.Equal(reports[0].Imbalance, forecast.Configured.MeanImbalance, tolerance: 0.02);
        Assert.InRange((forecast.Configured.StepPicoseconds - forecast.IdealPicoseconds) / (reports[0].Picoseconds - plan.PlannedPicoseconds), 0.95, 1.05);
    }

    [Fact]
    public void Forecast_AtForcedBalance_HasNothingToGain()
    {
        var plan = CompiledPlan.Document("Sample", (4, 4));
        var site = plan.Program.Sites[0];

        var forecast = Assert.Single(Forecast(plan, Recording(plan, (_, _) => [.. Enumerable.Repeat((int)site.Copies / site.Experts, site.Experts)])));

        Assert.Equal(1, forecast.Configured.MostImbalance);
        Assert.Equal(forecast.IdealPicoseconds, forecast.Configured.StepPicoseconds);
        Assert.Same(forecast.Configured, forecast.Recommended);
        Assert.All(forecast.Placements, placement => Assert.Equal((0, 1.0), (placement.MeanReplicas, placement.ShareOfIdeal)));
        Assert.Equal(["Static 0", "Auto 1", "Auto 2", "Exact 2", "Auto 3", "Auto 4"], forecast.Placements.Select(p => $"{p.Placement} {p.Slots}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Forecast_OfRanksThatHoldAllExperts_IsEven(int data)
    {
        var plan = CompiledPlan.Document("Sample", (data, 1));

        var forecast = Assert.Single(Forecast(plan, Any(plan)));

        Assert.Equal(1, Assert.Single(forecast.Placements).MostImbalance);
        Assert.InRange(forecast.Configured.ShareOfIdeal, 0.5, 1.01);
        Assert.Null(forecast.ImbalanceLimit);
    }

    [Fact]
    public void Forecast_WhereRowsCostMore_RecommendsTheFewestSlotsWithinAPerCentOfTheBest()
    {
        var plan = CompiledPlan.Document("Sample", (4, 4));
        var site = plan.Program.Sites[0];
        // Products so slow that rows cost more than weights on their way.
        var h100 = MachineCatalog.Get("dgx-h100");
        var slow = h100 with { Rank = h100.Rank with { TensorFlops = [.. h100.Rank.TensorFlops.Select(rate => rate / 1e6)], HalfEfficiencyFlops = 0, TileSide = 1 } };
        var recording = Recording(plan, (_, _) => [.. Enumerable.Range(0, site.Experts).Select(e => e < site.TopK ? (int)site.TokensPerRank : 0)]);

        var forecast = Assert.Single(RoutingForecast.All(plan, slow, recording, "t.shwr"));

        var best = forecast.Placements.MinBy(p => p.StepPicoseconds)!;
        Assert.True(best.MeanReplicas > 0 && best.ShareOfIdeal > 2 * forecast.Configured.ShareOfIdeal, $"{best} {best.ShareOfIdeal} of {forecast.Configured.ShareOfIdeal}");
        Assert.True(forecast.Recommended.StepPicoseconds <= best.StepPicoseconds * 1.01);
        Assert.All(forecast.Placements.Where(p => p.Slots < forecast.Recommended.Slots), p => Assert.True(p.StepPicoseconds > best.StepPicoseconds * 1.01, $"{p}"));
        Assert.All(forecast.Placements.Where(p => p.Placement == "Auto"), p => Assert.True(p.StepPicoseconds <= forecast.Configured.StepPicoseconds));
        Assert.InRange(forecast.Placements.Single(p => p.Placement == "Exact").MostImbalance, 1, 1.01);

        var report = BuildReport.Of(plan, slow);
        Assert.Contains($" less. Write [Experts(Placement = Placement.{forecast.Recommended.Placement}", RoutingLine.Advice(report, forecast), StringComparison.Ordinal);
        Assert.Null(RoutingLine.Advice(report, forecast with { Configured = forecast.Recommended }));

        // Where slots do not fit, they are not recommended.
        var full = slow with { Rank = slow.Rank with { HbmBytes = plan.Memory.PeakBytes } };
        Assert.Equal("Static", Assert.Single(RoutingForecast.All(plan, full, recording, "t.shwr")).Recommended.Placement);
    }

    [Theory]
    [InlineData("Auto", 3)]
    [InlineData("Adaptive", 2)]
    [InlineData("Exact", 2)]
    public void Configured_IsThePlacementOfTheProgram(string placement, int slots)
    {
        string source = CompiledPlan.Source("Sample").Replace("[Experts]", $"[Experts(Placement = Placement.{placement}, Slots = {slots}, LeastTokens = 1)]", StringComparison.Ordinal);
        var program = (ProgramPlan)ModelAssembly.Compile(source, (4, 4)).Assembly.GetTypes().Single(t => t.IsSubclassOf(typeof(Trainer))).GetField("CompiledPlan")!.GetValue(null)!;
        var plan = PlanReader.Read(program.Document!);
        var site = plan.Program.Sites[0];

        var forecast = Assert.Single(Forecast(plan, Recording(plan, (rank, _) => [.. Enumerable.Range(0, site.Experts).Select(e => e == 0 ? (int)site.TokensPerRank : e < site.TopK + rank % 2 ? 1 : 0)])));

        Assert.Equal((placement, slots), (forecast.Configured.Placement, forecast.Configured.Slots));
        Assert.False(forecast.IsExact);
    }

    [Theory]
    [InlineData("Sample", 4, 4, 1.2)]
    [InlineData("Sample", 8, 2, 1.5)]
    [InlineData("TwoSizes", 4, 4, 1.5)]
    [InlineData("GroupedQuery", 4, 2, 1.1)]
    public void ImbalanceLimit_IsWhereTheEmulatorsPlanPassesTheCapacity(string model, int data, int expert, double factor)
    {
        var program = CompiledPlan.Of(model, (data, expert));
        var plan = PlanReader.Read(program.Document!);
        var machine = plan.Machine();

        Assert.Null(Limit(program.WorstPeakBytes));
        Assert.Equal(1, Limit(program.BalancedPeakBytes - 1));
        Assert.Equal(factor, Limit(Peak(factor) - 1)!.Value, tolerance: 0.001 + 16.0 / plan.Program.Sites.Min(site => site.Copies));
        double limit = Limit(Peak(factor))!.Value;
        Assert.True(limit > factor && Peak(limit) > Peak(factor), $"{limit}");

        double? Limit(long capacity) => Forecast(plan, Any(plan), machine with { Rank = machine.Rank with { HbmBytes = capacity } })[0].ImbalanceLimit;

        long Peak(double at) => program.PeakBytes([.. program.Experts.SelectMany(site => Enumerable.Repeat(
            (int)Math.Min(Math.Ceiling(program.Tokens / data * site.TopK * at), program.Tokens / data * expert * Math.Min(site.TopK, site.ExpertCount / expert)), site.Layers))]);
    }

    [Fact]
    public void Forecast_FromOtherRanksAndTokens_DrawsAroundTheRecordedShares()
    {
        var plan = CompiledPlan.Document("Sample", (4, 4));
        var site = plan.Program.Sites[0];
        int[] skewed = [.. Enumerable.Range(0, site.Experts).Select(e => e == 0 ? 300 : 100)];
        double atHome = 4 * 400.0 / (300 + 100 * (site.Experts - 1));

        var forecast = Assert.Single(Forecast(plan, Recording(new(3, 1, [new("Other", 1, site.Experts, site.TopK)]), 50, (_, _) => skewed)));

        Assert.False(forecast.IsExact);
        Assert.Equal(atHome, forecast.Configured.MeanImbalance, tolerance: 0.1);
        Assert.InRange(forecast.Configured.P99Imbalance, forecast.Configured.MeanImbalance, forecast.Configured.MostImbalance);
        Assert.Empty(Forecast(plan, Recording(new(4, 1, [new("Other", 1, 2 * site.Experts, site.TopK)]), 1, (_, _) => new int[2 * site.Experts])));
    }

    [Fact]
    public void Report_WithRouting_IsAsTheSchemaSays_AndWithoutAsBefore()
    {
        var plan = CompiledPlan.Document("TwoSizes", (4, 4));
        var report = BuildReport.Of(plan);
        string without = BuildReportJson.Of([report], "test");

        report = report with { Routing = Forecast(plan, Any(plan)) };
        string json = BuildReportJson.Of([report], "test");

        Assert.Equal(2, report.Routing.Count);
        Assert.Empty(PlanSchema.Problems(json));
        Assert.Empty(PlanSchema.Problems(without));
        Assert.Contains("\"imbalanceLimit\": null", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"routing\":", without, StringComparison.Ordinal);
        Assert.Matches(@"^\S+: t\.shwr in \S+: Placement\.Static: max ÷ mean rows \d\.\d\d \(p99 \d\.\d\d\), step [\d.]+ \S+, [\d.]+ % of forced balance; .*; memory suffices whatever the routing$", RoutingLine.Of(report, report.Routing[0]));
    }

    static IReadOnlyList<RoutingForecast> Forecast(PlanDocument plan, RoutingRecording recording, Machine? machine = null) => RoutingForecast.All(plan, machine ?? plan.Machine(), recording, "t.shwr");

    static RoutingRecording Any(PlanDocument plan) => Recording(plan, (_, site) => [.. Enumerable.Range(0, site.Experts).Select(e => 10 + e)]);

    static RoutingRecording Recording(PlanDocument plan, Func<int, RoutingGroup, int[]> counts) =>
        Recording(new(plan.Placement.Data, plan.MicroBatches, [.. plan.Program.Sites.Select(site => new RoutingGroup(site.Path, site.Layers, site.Experts, site.TopK))]), 1, counts);

    static RoutingRecording Recording(RoutingShape shape, int steps, Func<int, RoutingGroup, int[]> counts)
    {
        var stream = new MemoryStream();
        using (var writer = new RoutingWriter(stream, shape))
            for (int step = 0; step < steps; step++)
                for (int index = 0; index < shape.RecordsPerStep; index++)
                {
                    var (microBatch, group, layer) = shape.At(index);
                    writer.Write(step, microBatch, group, layer, [.. Enumerable.Range(0, shape.Ranks).Select(rank => counts(rank, shape.Groups[group]))]);
                }
        return RoutingRecording.Read(new MemoryStream(stream.ToArray()), "t.shwr");
    }

    static (PlanDocument Plan, RoutingRecording Recording, List<(double Imbalance, long Picoseconds)> Reports) Run(string model, (int, int) mesh, RoutingSource routing, int steps)
    {
        var fixture = ReferenceFixture.Load(model);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var trainer = ReferenceTrainer.Create(model, mesh, fixture, replay: false, new() { Routing = routing });
        var reports = new List<(double, long)>();
        using (trainer.Trainer.RecordRouting(path))
            for (int step = 0; step < steps; step++)
            {
                var report = trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default);
                reports.Add((report.Placement(0, 0).Imbalance, report.Emulated!.Picoseconds));
            }
        var recording = RoutingRecording.Read(File.OpenRead(path), path);
        File.Delete(path);
        return (PlanReader.Read(trainer.Plan.Document!), recording, reports);
    }
}
