using System.Diagnostics.Metrics;

namespace Shardwright.Execution;

/// <summary>
/// The figures of a trainer's last step as instruments of the meter <c>Shardwright</c>, under the names of neuron-monitor's report where it has them (AWS Neuron SDK documentation, "Neuron Monitor User Guide"). A step stores
/// numbers and allocates nothing; measurements are made when a listener asks.
/// </summary>
internal sealed class StepMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Shardwright";

    private readonly Meter meter;
    private readonly StepFigures figures;
    private readonly Histogram<double> deviceLatency, totalLatency;

    /// <param name="plan">The plan.</param>
    /// <param name="clocks">The ranks' clocks; null when none run: then what they would say is not reported.</param>
    /// <param name="routedBy">What decides where tokens go; where it is not the routers, every measurement says so.</param>
    /// <param name="hostBytes">Bytes beside the emulated devices' memory; 0 once the trainer is gone.</param>
    public StepMetrics(ProgramPlan plan, ClusterClock? clocks, RoutedBy routedBy, Func<long> hostBytes)
    {
        figures = new(plan, clocks);
        meter = new(MeterName, typeof(StepMetrics).Assembly.GetName().Version?.ToString(), [new("model", plan.Model), .. routedBy == RoutedBy.Router ? [] : new KeyValuePair<string, object?>[] { new("routed_by", $"{routedBy}") }]);
        deviceLatency = meter.CreateHistogram<double>("execution_stats.latency_stats.device_latency", "s", "Time of a step on the target, in virtual time.");
        totalLatency = meter.CreateHistogram<double>("execution_stats.latency_stats.total_latency", "s", "Wall time of a step on this machine.");
        meter.CreateObservableCounter("execution_stats.execution_summary.completed", () => figures.Steps, "{step}", "Training steps.");
        meter.CreateObservableGauge("memory_used.neuroncore_memory_usage", figures.Memory, "By", "Peak device memory of a rank in the last step.");
        meter.CreateObservableGauge("memory_used.host", hostBytes, "By", "Bytes that all ranks keep on the host beside the devices' memory.");
        meter.CreateObservableGauge("training.loss", () => figures.Loss, "{nat}", "Loss of the last step.");
        meter.CreateObservableGauge("training.gradient_norm", () => figures.GradientNorm, null, "Global gradient norm of the last step, before clipping.");
        meter.CreateObservableGauge("training.tokens_per_second", () => figures.TokensPerSecond, "{token}/s", "Tokens of the last step over its wall time.");
        meter.CreateObservableCounter("collectives.bytes", figures.SentBytes, "By", "Bytes sent to other ranks, all ranks together.");
        meter.CreateObservableGauge("experts.imbalance", figures.Imbalance, "1", "Rows of the busiest rank over those of the mean rank in the last step: as experts were placed, and had all stayed at home.");
        meter.CreateObservableGauge("experts.replicas", figures.Replicas, "{replica}", "Replicas in all slots in the last step, all micro-batches.");
        meter.CreateObservableGauge("experts.planning", figures.Planning, "s", "Wall time that a rank took to place the experts in the last step's forward passes.");
        meter.CreateObservableCounter("experts.replica_bytes", figures.ReplicaBytes, "By", "Bytes of weights that travelled to replicas and of gradients that travelled home, all ranks of an expert group.");
        if (clocks is null)
            return;
        meter.CreateObservableGauge("neuroncore_counters.neuroncore_utilization", figures.Utilization, "%", "Share of the step in which at least one engine of a rank worked.");
        meter.CreateObservableGauge("neuroncore_counters.engine_utilization", figures.EngineUtilization, "%", "Share of the step in which an engine of a rank was busy.");
        meter.CreateObservableGauge("neuroncore_counters.flops", figures.FlopRate, "{operation}/s", "FLOPs of a rank's products over the time of the step.");
        meter.CreateObservableGauge("collectives.time", figures.CollectiveTime, "s", "Time of the last step in collectives, hidden or not; mean of the ranks.");
        meter.CreateObservableGauge("collectives.exposed", () => figures.Exposed, "s", "Time of the last step in which engines idled because a collective was awaited; mean of the ranks.");
        meter.CreateObservableGauge("collectives.waiting", () => figures.Waiting, "s", "Time of the last step for which a rank waited at collectives for the last one; mean of the ranks.");
        meter.CreateObservableGauge("training.share_of_ideal", () => figures.ShareOfIdeal, "%", "Planned time of a step at even load over that of the last step.");
        meter.CreateObservableGauge("training.mfu", () => figures.Mfu, "%", "Model FLOPs utilisation of the last step.");
    }

    /// <summary>Takes a step's figures.</summary>
    public void Record(StepReport report, Arena[] arenas)
    {
        figures.Store(report, arenas);
        totalLatency.Record(report.Elapsed.TotalSeconds);
        if (report.Emulated is { } emulated)
            deviceLatency.Record(emulated.Picoseconds * 1e-12);
    }

    public void Dispose() => meter.Dispose();
}
