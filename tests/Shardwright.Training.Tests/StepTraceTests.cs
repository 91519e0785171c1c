using System.IO.Compression;
using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>A trace says what the clocks say: every picosecond, FLOP and byte of the step's report is an event's, and a strict reader finds nothing to object to.</summary>
public sealed class StepTraceTests
{
    public static TheoryData<string, int, int> Meshes => new() { { "Sample", 1, 1 }, { "Sample", 4, 4 }, { "Sample", 8, 2 }, { "TwoSizes", 4, 4 } };

    [Theory]
    [MemberData(nameof(Meshes))]
    public void Trace_OfAStep_AddsUpToItsReport(string model, int data, int expert)
    {
        using var run = new TracedRun(model, data, expert);
        var (emulated, trace) = (run.Report.Emulated!, run.Trace);

        Assert.Equal(data, trace.Processes.Count);
        Assert.Equal(emulated.Picoseconds, trace.Slices.Max(e => e.End));
        Assert.Equal(emulated.Picoseconds, run.Captured.Picoseconds);
        foreach (var (engine, thread) in new[]
        {
            (Engine.Tensor, "TensorE"), (Engine.Vector, "VectorE"), (Engine.Scalar, "ScalarE"), (Engine.GpSimd, "GpSimdE"), (Engine.Dma, "DMA"), (Engine.Collective, "collectives"),
        })
            Assert.Equal(emulated.EnginePicoseconds(engine), trace.On(thread).Sum(e => e.Duration) / data);
        Assert.Equal(emulated.WaitingPicoseconds, trace.On("waiting for peers").Sum(e => e.Duration) / data);
        Assert.Equal(emulated.Flops, trace.On("TensorE").Sum(e => e.Integer("flops")));
        Assert.Equal(emulated.LinkBytes, trace.On("collectives").Sum(e => e.Integer("bytes")));
        Assert.Equal(run.Report.HighWaterBytes, trace.Counters.Where(e => e.Name == "HBM").Max(e => e.Integer("bytes")));
        Assert.Equal(data > 1, trace.Counters.Any(e => e.Name == "link"));
    }

    [Fact]
    public void Trace_OfLayersAndMicroBatches_NamesEveryIterationOnceForwardAndOnceBackward()
    {
        using var run = new TracedRun("Sample", 4, 4);
        var program = PlanReader.Read(run.Plan.Document!).Program;
        int layers = run.Plan.Experts[0].Layers, microBatches = run.Plan.MicroBatches;

        var spans = run.Trace.On("program").Where(e => e.Process == 2).ToList();
        var norms = run.Trace.Slices.Where(e => e.Process == 2 && e.Name == "h = Nn.RmsNorm" && e.Arguments["bound"].GetString() == run.Trace.Threads[(2, e.Thread)]).ToList();

        foreach (string phase in new[] { "forward", "backward" })
            Assert.Equal(Enumerable.Range(0, layers * microBatches).Select(i => $"block {i / microBatches}"), spans.Where(e => e.Category == phase && e.Name.StartsWith("block", StringComparison.Ordinal)).Select(e => e.Name).Order());
        Assert.Equal(2, microBatches);
        Assert.Equal(["Forward · micro-batch 0", "Backward · micro-batch 0"], spans.Where(e => e.Name.EndsWith("· micro-batch 0", StringComparison.Ordinal)).OrderBy(e => e.Start).Select(e => e.Name).Take(2));
        // Two norms a layer.
        Assert.Equal(2 * layers * microBatches, norms.Count);
        Assert.Equal(2, norms.Count(e => e.Arguments["layer"].GetString() == "block 1" && e.Integer("microBatch") == 1));
        Assert.All(norms, e => Assert.Equal(program.Ops[(int)e.Integer("op")].Source, e.Arguments["source"].GetString()));
        // A layer's statements run while the program stands in it, or, on an engine that lags, later.
        foreach (var norm in norms)
            Assert.True(spans.Where(span => span.Category == "forward" && span.Name == norm.Arguments["layer"].GetString()).OrderBy(span => span.Start).ElementAt((int)norm.Integer("microBatch")).Start <= norm.Start);
    }

    [Fact]
    public void Trace_OfUnevenRanks_JoinsTheLastArrivalToEveryMember()
    {
        using var run = new TracedRun("Sample", 4, 4, new ForcedRouting((_, k, _) => k));

        var begins = run.Trace.Events.Where(e => e.Phase == "s").ToList();
        var waits = run.Trace.On("waiting for peers").ToList();

        Assert.Equal(3 * run.Trace.On("collectives").Count() / 4, begins.Count);
        Assert.NotEmpty(waits);
        // Who others wait for does not wait.
        Assert.All(begins, begin => Assert.DoesNotContain(waits, wait => wait.Process == begin.Process && wait.End == begin.Start && wait.Name.EndsWith(begin.Name, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Fast", "+= AddReplicas")]
    [InlineData("Invariant", "+= ContinueSums")]
    public void Trace_OfReplicas_ShowsPullsAndReturnsWithWhatTheyMoved(string order, string name)
    {
        string source = TestResource.ModelSource("Sample").Replace("[Experts]", $"[Experts(Placement = Placement.Adaptive, LeastTokens = 1, Order = SumOrder.{order})]", StringComparison.Ordinal);
        using var run = new TracedRun("Sample", 4, 4, new ForcedRouting((token, k, experts) => (token + k) % (experts - 1)), source);
        int layers = run.Plan.Experts[0].Layers;
        var moved = run.Trace.On("collectives").Where(e => e.Arguments.ContainsKey("replicas")).ToList();

        var pulls = moved.Where(e => e.Name.Contains("= PullReplicas of ", StringComparison.Ordinal)).ToList();
        var returns = moved.Where(e => e.Name.EndsWith(name, StringComparison.Ordinal)).ToList();

        Assert.Equal(moved.Count, pulls.Count + returns.Count);
        Assert.All(moved, e => Assert.True(e.Integer("replicas") > 0 && e.Arguments["layer"].GetString()!.StartsWith("block", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(0, layers).Sum(layer => run.Report.Placement(0, layer).WeightBytes), pulls.Where(e => e.Process == 0).Sum(e => e.Integer("replicaBytes")));
        Assert.Equal(Enumerable.Range(0, layers).Sum(layer => run.Report.Placement(0, layer).GradientBytes), returns.Where(e => e.Process == 0).Sum(e => e.Integer("replicaBytes")));
        foreach (string counter in new[] { "imbalance", "imbalance at home" })
        {
            var counters = run.Trace.Counters.Where(e => e.Name == counter).ToList();
            // There and back, forward and backward.
            Assert.Equal(4 * layers * run.Plan.MicroBatches, counters.Count);
            Assert.All(counters, e => Assert.Equal(0, e.Process));
            // A layer's own is the mean of its micro-batches.
            Assert.Equal(Enumerable.Range(0, layers).Select(layer => run.Report.Placement(0, layer)).Average(layer => counter == "imbalance" ? layer.Imbalance : layer.ImbalanceAtHome),
                counters.Average(e => e.Arguments["busiest / mean"].GetDouble()), tolerance: 1e-4);
        }
    }

    [Fact]
    public void Trace_OfExpertsInParts_ShowsEveryPartOfAnExchange()
    {
        using var whole = new TracedRun("Sample", 4, 2);
        using var parts = new TracedRun("Sample", 4, 2, null, TestResource.ModelSource("Sample").Replace("[Experts]", "[Experts(Chunks = 2)]", StringComparison.Ordinal));

        Assert.Equal(2 * Exchanges(whole, ""), Exchanges(parts, ""));
        Assert.Equal(Exchanges(whole, ""), Exchanges(parts, ", part 1 of 2"));
        Assert.Equal(Exchanges(whole, ""), Exchanges(parts, ", part 2 of 2"));

        static int Exchanges(TracedRun run, string part) => run.Trace.On("collectives").Count(e => (e.Name.Contains("= Dispatch", StringComparison.Ordinal) || e.Name.Contains("= Return", StringComparison.Ordinal)) && e.Name.EndsWith(part, StringComparison.Ordinal));
    }

    [Fact]
    public void Step_AfterATracedOne_IsNotRecorded()
    {
        using var run = new TracedRun("Sample", 4, 4);
        long before = run.Save().Length;

        run.Step(1);

        Assert.Equal(before, run.Save().Length);
        Assert.Equal(0, run.Captured.Step);
    }

    [Fact]
    public void Write_BeforeAStep_SaysWhatIsMissing()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var trainer = ReferenceTrainer.Create("Sample", (1, 1), fixture, replay: false);
        using var none = ReferenceTrainer.Create("Sample", (1, 1), fixture, replay: false, new() { Clock = false });

        var trace = trainer.Trainer.CaptureTrace();

        Assert.Same(trace, trainer.Trainer.CaptureTrace());
        Assert.Contains("Call Step first", Assert.Throws<InvalidOperationException>(() => trace.Write(Stream.Null)).Message);
        Assert.Contains("Clock = true", Assert.Throws<InvalidOperationException>(() => none.Trainer.CaptureTrace()).Message);
    }

    [Fact]
    public void Save_ToAName_CompressesWhatEndsInGz()
    {
        using var run = new TracedRun("Sample", 1, 1);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            string plain = run.Captured.Save(Path.Combine(folder.FullName, "step.json")), small = run.Captured.Save(Path.Combine(folder.FullName, "step.json.gz"));
            using var gzip = new GZipStream(File.OpenRead(small), CompressionMode.Decompress);
            using var text = new MemoryStream();
            gzip.CopyTo(text);

            Assert.Equal(File.ReadAllBytes(plain), text.ToArray());
            Assert.Equal(2, folder.GetFiles().Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Save_AboveTheLimit_CompressesAndSaysWhere()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, "large.json");

            Assert.Equal(path + ".gz", TraceFile.Save(path, stream => stream.Write(new byte[1000]), plainLimit: 999));
            Assert.Equal(path, TraceFile.Save(path, stream => stream.Write(new byte[999]), plainLimit: 999));
            Assert.Throws<IOException>(() => TraceFile.Save(path, _ => throw new IOException("disk full")));
            Assert.Equal(["large.json", "large.json.gz"], folder.GetFiles().Select(file => file.Name).Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
