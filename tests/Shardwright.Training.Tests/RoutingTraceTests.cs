using System.Text;
using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>A recording holds what the ranks sent, replaying it brings the same rows to the same ranks, and forced balance is what the plan was made for.</summary>
public sealed class RoutingTraceTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("routing").FullName;

    string File => Path.Combine(folder, "routes.shwr");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("Sample", 4, 4)]
    [InlineData("TwoSizes", 4, 2)]
    public void Recording_OfARun_HasTheCountsOfReportsAndOfEachRank(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var routes = new RecordedRouting();
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { LearningRate = 1e-2f, Routing = routes });
        Step(trainer, fixture, 0);
        var totals = new List<int[][][]>();
        using (var recorder = trainer.Trainer.RecordRouting(File))
        {
            for (int step = 1; step < 4; step++)
                totals.Add(Totals(trainer.Plan, Step(trainer, fixture, step)));
            Assert.Equal(3, recorder.Steps);
            Assert.False(System.IO.File.Exists(File), "the file is there before it is whole");
        }
        Step(trainer, fixture, 4);

        var recording = Recorded();

        Assert.Equal((3, data, fixture.MicroBatches), (recording.Steps, recording.Shape.Ranks, recording.Shape.MicroBatches));
        Assert.Equal(trainer.Plan.Experts.Select(site => new RoutingGroup(site.Path, site.Layers, site.ExpertCount, site.TopK)), recording.Shape.Groups);
        for (int step = 0; step < 3; step++)
            for (int site = 0; site < trainer.Plan.Experts.Count; site++)
                for (int layer = 0; layer < trainer.Plan.Experts[site].Layers; layer++)
                {
                    var sum = new int[trainer.Plan.Experts[site].ExpertCount];
                    for (int microBatch = 0; microBatch < fixture.MicroBatches; microBatch++)
                    {
                        int[] chosen = routes.Experts(step + 1, microBatch, site, layer).ToArray();
                        int[][] counts = recording.Counts(step, microBatch, site, layer);
                        for (int rank = 0; rank < data; rank++)
                            for (int e = 0; e < sum.Length; e++)
                            {
                                Assert.Equal(chosen.Where((_, copy) => copy / (chosen.Length / data) == rank).Count(c => c == e), counts[rank][e]);
                                sum[e] += counts[rank][e];
                            }
                    }
                    Assert.Equal(totals[step][site][layer], sum);
                }
        Assert.Equal([File], Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData("Sample", 4, 4)]
    [InlineData("Sample", 2, 1)]
    [InlineData("TwoSizes", 4, 4)]
    public void Replay_OfARecording_BringsTheSameCountsTimeAndMemory(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var recorded = Record(model, fixture, (4, 4), steps: 2);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { ReplayRouting = File });
        using var again = trainer.Trainer.RecordRouting(File + "2");

        // Behind the recording's end it starts again. Other tokens than those of the recorded steps: counts do not depend on them.
        for (int step = 0; step < 5; step++)
        {
            var report = Step(trainer, fixture, step + 3);
            Assert.Equal(RoutedBy.Replay, report.RoutedBy);
            Assert.Equal(recorded[step % 2].Totals, Totals(trainer.Plan, report));
            if (data == 4)
                Assert.Equal((recorded[step % 2].Picoseconds, recorded[step % 2].HighWater), (report.Emulated!.Picoseconds, report.HighWaterBytes));
        }
        trainer.Evaluate(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);
        again.Dispose();

        var (first, second) = (Recorded(), RoutingRecording.Read(System.IO.File.OpenRead(File + "2"), "again"));
        for (int step = 0; step < 5; step++)
            for (int index = 0; index < first.Shape.RecordsPerStep; index++)
            {
                var (microBatch, group, layer) = first.Shape.At(index);
                int[][] counts = first.Counts(step % 2, microBatch, group, layer), replayed = second.Counts(step, microBatch, group, layer);
                for (int rank = 0; rank < data; rank++)
                    Assert.Equal(Enumerable.Range(0, replayed[rank].Length).Select(e => counts.Skip(rank * 4 / data).Take(4 / data).Sum(c => c[e])), replayed[rank]);
            }
    }

    [Fact]
    public void Replay_OnOtherPlacement_HasTheReplicasOfTheRecordedCounts()
    {
        var fixture = ReferenceFixture.Load("Sample");
        var recorded = Record("Sample", fixture, (4, 4), steps: 1);
        string source = TestResource.ModelSource("Sample").Replace("[Experts]", "[Experts(Placement = Placement.Adaptive, LeastTokens = 1)]", StringComparison.Ordinal);
        using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { ReplayRouting = File }, source);

        var placed = Step(trainer, fixture, 0).Placement(0, 0);

        Assert.Equal(recorded[0].Placement.BusiestRows, placed.BusiestRowsAtHome);
        Assert.InRange(placed.Imbalance, 1, placed.ImbalanceAtHome);
    }

    [Theory]
    [InlineData("Sample", 4, 4)]
    [InlineData("GroupedQuery", 4, 2)]
    public void ForceBalance_GivesEveryExpertTheSame_InThePlannedTimeAndMemory(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { ForceBalance = true });

        var report = Step(trainer, fixture, 0);

        Assert.Equal(RoutedBy.ForcedBalance, report.RoutedBy);
        for (int site = 0; site < trainer.Plan.Experts.Count; site++)
        {
            var at = trainer.Plan.Experts[site];
            Assert.Equal(0, trainer.Plan.Tokens / data * at.TopK % at.ExpertCount);
            for (int layer = 0; layer < at.Layers; layer++)
            {
                Assert.Equal(1, report.Placement(site, layer).Imbalance);
                Assert.Equal([trainer.Plan.Tokens * fixture.MicroBatches * at.TopK / at.ExpertCount], report.TokensPerExpert(site, layer).ToArray().Distinct());
            }
        }
        Assert.Equal(report.Emulated!.PlannedPicoseconds, report.Emulated.Picoseconds);
        Assert.Equal(trainer.Plan.BalancedPeakBytes, report.HighWaterBytes);
    }

    [Theory]
    [InlineData(7, 3, 5)]
    [InlineData(8, 8, 3)]
    [InlineData(64, 1, 2)]
    public void ForceBalance_WhereItDoesNotDivide_DiffersByOneOnEveryRankAndOverAll(int experts, int k, int rows)
    {
        var all = new int[experts];
        for (int rank = 0; rank < 4; rank++)
        {
            var chosen = new int[rows * k];
            new ForcedBalance().Select(new(0, 0, 0, 0, rank * rows, 4 * rows), default, chosen, rows, experts, k);
            for (int row = 0; row < rows; row++)
                Assert.Equal(k, chosen.Skip(row * k).Take(k).Distinct().Count());
            Assert.InRange(Spread(Count(chosen)), 0, 1);
            all = [.. all.Zip(Count(chosen), (a, b) => a + b)];
        }
        Assert.InRange(Spread(all), 0, 1);

        int[] Count(int[] chosen) => [.. Enumerable.Range(0, experts).Select(e => chosen.Count(c => c == e))];

        static int Spread(int[] counts) => counts.Max() - counts.Min();
    }

    [Fact]
    public void RouterLeftAlone_IsWhatReportsSay_AndTwoDecidersAreAnError()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var trainer = ReferenceTrainer.Create("Sample", (1, 1), fixture, replay: false);
        Assert.Equal(RoutedBy.Router, Step(trainer, fixture, 0).RoutedBy);

        var error = Assert.Throws<ArgumentException>(() => ReferenceTrainer.Create("Sample", (1, 1), fixture, replay: false, new() { ForceBalance = true, ReplayRouting = File }));

        Assert.Contains("got 2 of Routing, ForceBalance and ReplayRouting, need at most one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReplayRouting_OfAFileThatDoesNotFit_SaysWhatItHasAndWhatIsNeeded()
    {
        var fixture = ReferenceFixture.Load("Sample");
        int k = fixture.Sites[0].TopK, tokens = fixture.TokensPerMicroBatch / 4, layers = fixture.Sites[0].Layers;
        Assert.Contains("cannot be read", Replay(), StringComparison.Ordinal);
        System.IO.File.WriteAllText(File, "no recording");
        Assert.Contains("routes.shwr, byte 0: found another kind of file", Replay(), StringComparison.Ordinal);
        Write(4, 16, k, 0);
        Assert.Contains($"has {layers} layers of 16 experts, top-{k}, in 'E', ", Replay(), StringComparison.Ordinal);
        Write(6, 8, k, 0);
        Assert.Contains("is of 6 ranks", Replay(), StringComparison.Ordinal);
        Write(4, 8, k, tokens);
        Assert.Contains($"rank 0 sends {tokens * k - 1} copies in step 0, micro-batch 0, layer 0", Replay(), StringComparison.Ordinal);
        Write(4, 8, k, -1);
        Assert.Contains($"rank 0 sends {tokens + 1} copies to one expert", Replay(), StringComparison.Ordinal);
        Write(4, 8, k, 0, microBatches: fixture.MicroBatches + 1);
        Assert.Contains($"{fixture.MicroBatches + 1} micro-batches a step", Replay(), StringComparison.Ordinal);

        string Replay() => Assert.Throws<ArgumentException>(() => ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { ReplayRouting = File })).Message;

        // Full tokens to the first k experts; less: one copy too few; below zero: one copy more at the first expert and fewer at the second.
        void Write(int ranks, int experts, int topK, int less, int? microBatches = null)
        {
            int[] row = [.. Enumerable.Range(0, experts).Select(e => e < topK ? tokens : 0)];
            row[0] -= less > 0 ? 1 : less;
            row[1] += less < 0 ? less : 0;
            using var writer = new RoutingWriter(System.IO.File.Create(File), new(ranks, microBatches ?? fixture.MicroBatches, [new("E", layers, experts, topK)]));
            for (int microBatch = 0; microBatch < (microBatches ?? fixture.MicroBatches); microBatch++)
                for (int layer = 0; layer < layers; layer++)
                    writer.Write(0, microBatch, 0, layer, [.. Enumerable.Repeat(row, ranks)]);
        }
    }

    [Fact]
    public void RecordRouting_WhereNothingCanBeWritten_SaysWhyAndLeavesNothing()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var trainer = ReferenceTrainer.Create("Sample", (1, 1), fixture, replay: false);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => trainer.Trainer.RecordRouting(folder)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<IOException>(() => trainer.Trainer.RecordRouting(Path.Combine(folder, "none", "routes.shwr"))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => trainer.Trainer.RecordRouting(" "));
        Directory.CreateDirectory(File + ".partial");
        Assert.Contains("cannot be written", Assert.Throws<IOException>(() => trainer.Trainer.RecordRouting(File)).Message, StringComparison.Ordinal);
        Directory.Delete(File + ".partial");

        System.IO.File.WriteAllText(File, "older");
        using (trainer.Trainer.RecordRouting(File))
            Assert.Contains("already", Assert.Throws<InvalidOperationException>(() => trainer.Trainer.RecordRouting(File + "2")).Message, StringComparison.Ordinal);
        Assert.Equal("older", System.IO.File.ReadAllText(File));
        Assert.Equal([File], Directory.GetFiles(folder));

        using (trainer.Trainer.RecordRouting(File))
            Step(trainer, fixture, 0);
        Assert.Equal(1, Recorded().Steps);
        trainer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => trainer.Trainer.RecordRouting(File));
    }

    [Fact]
    public void Trace_OfARoutedStep_SaysWhatRoutedIt()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var forced = ReferenceTrainer.Create("Sample", (1, 1), fixture, replay: false, new() { ForceBalance = true });
        var trace = forced.Trainer.CaptureTrace();
        Step(forced, fixture, 0);
        var text = new MemoryStream();
        trace.Write(text);
        Assert.Contains("\"routedBy\":\"ForcedBalance\"", Encoding.UTF8.GetString(text.ToArray()).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    List<(int[][][] Totals, long Picoseconds, long HighWater, PlacementReport Placement)> Record(string model, ReferenceFixture fixture, (int, int) mesh, int steps)
    {
        using var trainer = ReferenceTrainer.Create(model, mesh, fixture, replay: false, new() { LearningRate = 1e-2f });
        using var recorder = trainer.Trainer.RecordRouting(File);
        var recorded = new List<(int[][][], long, long, PlacementReport)>();
        for (int step = 0; step < steps; step++)
        {
            var report = Step(trainer, fixture, step);
            recorded.Add((Totals(trainer.Plan, report), report.Emulated!.Picoseconds, report.HighWaterBytes, report.Placement(0, 0)));
        }
        return recorded;
    }

    RoutingRecording Recorded() => RoutingRecording.Read(System.IO.File.OpenRead(File), File);

    static int[][][] Totals(ProgramPlan plan, StepReport report) =>
        [.. plan.Experts.Select((site, s) => Enumerable.Range(0, site.Layers).Select(layer => report.TokensPerExpert(s, layer).ToArray()).ToArray())];

    static StepReport Step(ModelTrainer trainer, ReferenceFixture fixture, int step) => trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default);
}
