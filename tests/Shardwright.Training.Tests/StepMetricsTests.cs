using System.Diagnostics.Metrics;
using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>What a listener of the meter <c>Shardwright</c> hears. Alone, since the meters of other tests' trainers would be heard too.</summary>
[Collection(nameof(StepAllocationTests))]
public sealed class StepMetricsTests
{
    [Fact]
    public void Listener_AfterAStep_HearsTheReportsFigures()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false);
        using var heard = new HeardMeasurements();
        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));
        heard.Collect();
        var emulated = report.Emulated!;

        Assert.Equal(report.Loss, heard.Single("training.loss"));
        Assert.Equal(1, heard.Single("execution_stats.execution_summary.completed"));
        Assert.Equal(emulated.Picoseconds * 1e-12, heard.Single("execution_stats.latency_stats.device_latency"));
        Assert.Equal(report.Elapsed.TotalSeconds, heard.Single("execution_stats.latency_stats.total_latency"));
        Assert.Equal(100 * emulated.Mfu, heard.Single("training.mfu"));
        Assert.Equal(report.HighWaterBytes, Enumerable.Range(0, 4).Max(rank => heard.Sum("memory_used.neuroncore_memory_usage", ("rank", rank))));
        Assert.Equal(emulated.Flops, heard.Sum("neuroncore_counters.flops") * emulated.Picoseconds * 1e-12, tolerance: 1);
        Assert.Equal(report.Bytes(Collective.AllToAll), heard.Sum("collectives.bytes", ("kind", "AllToAll")));
        Assert.Equal(emulated.CollectivePicoseconds(Collective.AllReduce) * 1e-12, heard.Sum("collectives.time", ("kind", "AllReduce")));
        foreach (var (engine, name) in new[] { (Engine.Tensor, "TensorE"), (Engine.Dma, "DMA"), (Engine.Collective, "collectives") })
            Assert.Equal(100.0 * emulated.EnginePicoseconds(engine) / emulated.Picoseconds, heard.Sum("neuroncore_counters.engine_utilization", ("engine", name)) / 4, tolerance: 1e-6);
        Assert.All(heard.Of("neuroncore_counters.neuroncore_utilization"), m => Assert.InRange(m.Value, 1, 100));
    }

    [Fact]
    public void Listener_OfReplicas_HearsWhatPlacementDid()
    {
        var fixture = ReferenceFixture.Load("Sample");
        string source = TestResource.ModelSource("Sample").Replace("[Experts]", "[Experts(Placement = Placement.Adaptive, LeastTokens = 1)]", StringComparison.Ordinal);
        var routing = new ForcedRouting((token, k, experts) => (token + k) % (experts - 1));
        using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { Routing = routing }, source);
        using var heard = new HeardMeasurements();
        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));
        heard.Collect();
        int layers = trainer.Plan.Experts[0].Layers;
        long weights = 0, gradients = 0;

        for (int layer = 0; layer < layers; layer++)
        {
            var placement = report.Placement(0, layer);
            (weights, gradients) = (weights + placement.WeightBytes, gradients + placement.GradientBytes);
            Assert.True(placement.Replicas > 0 && placement.Imbalance < placement.ImbalanceAtHome, $"{placement}");
            Assert.Equal(placement.Replicas, heard.Sum("experts.replicas", ("layer", layer)));
            Assert.Equal(placement.Imbalance, heard.Sum("experts.imbalance", ("layer", layer), ("placement", "placed")));
            Assert.Equal(placement.ImbalanceAtHome, heard.Sum("experts.imbalance", ("layer", layer), ("placement", "home")));
            Assert.InRange(heard.Sum("experts.planning", ("layer", layer)), 1e-9, report.Elapsed.TotalSeconds);
        }
        Assert.Equal(weights, heard.Sum("experts.replica_bytes", ("kind", "weights")));
        Assert.Equal(gradients, heard.Sum("experts.replica_bytes", ("kind", "gradients")));
        Assert.Equal(100.0 * report.Emulated!.PlannedPicoseconds / report.Emulated.Picoseconds, heard.Single("training.share_of_ideal"), 10);
    }

    [Fact]
    public void Listener_BeforeAStepOrWithoutClock_HearsNoInventedFigures()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var trainer = ReferenceTrainer.Create("Sample", (1, 1), fixture, replay: false, new() { Clock = false });
        using var heard = new HeardMeasurements();
        heard.Collect();
        Assert.Empty(heard.Of("memory_used.neuroncore_memory_usage"));

        trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));
        heard.Collect();

        Assert.NotEmpty(heard.Of("memory_used.neuroncore_memory_usage"));
        Assert.Empty(heard.Of("training.mfu"));
        Assert.Empty(heard.Of("execution_stats.latency_stats.device_latency"));
    }

    [Fact]
    public void Trainer_Disposed_IsNoLongerHeard()
    {
        var fixture = ReferenceFixture.Load("Sample");
        var trainer = ReferenceTrainer.Create("Sample", (1, 1), fixture, replay: false);
        trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));
        trainer.Dispose();
        using var heard = new HeardMeasurements();

        heard.Collect();

        Assert.Empty(heard.Of("training.loss"));
    }

    /// <summary>Listens to the meter as a monitoring tool does.</summary>
    sealed class HeardMeasurements : IDisposable
    {
        readonly MeterListener listener = new();
        readonly List<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> measurements = [];

        public HeardMeasurements()
        {
            listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Shardwright")
                    l.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measurements.Add((instrument.Name, value, tags.ToArray())));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measurements.Add((instrument.Name, value, tags.ToArray())));
            listener.Start();
        }

        public void Collect() => listener.RecordObservableInstruments();

        public IEnumerable<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> Of(string name) => measurements.Where(m => m.Name == name);

        public double Single(string name) => Assert.Single(Of(name)).Value;

        public double Sum(string name, params (string Key, object Value)[] tags) => Of(name).Where(m => tags.All(t => m.Tags.Any(tag => tag.Key == t.Key && Equals(tag.Value, t.Value)))).Sum(m => m.Value);

        public void Dispose() => listener.Dispose();
    }
}
