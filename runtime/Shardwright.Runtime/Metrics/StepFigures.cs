using System.Diagnostics.Metrics;
using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>A copy of the last step's figures that a listener's thread may read while the next step runs: the report and the clocks themselves change under it.</summary>
internal sealed class StepFigures
{
    private static readonly Engine[] Engines = Enum.GetValues<Engine>();
    private static readonly Collective[] Kinds = Enum.GetValues<Collective>();

    private readonly Lock gate = new();
    private readonly ProgramPlan plan;
    private readonly ClusterClock? clocks;
    private readonly long[] highWater, computing, flops, sent = new long[Kinds.Length], collectives = new long[Kinds.Length];
    private readonly long[,] busy;
    private readonly PlacementReport[][] placements;      // [group][layer]
    private readonly long[] pulled, returned;             // bytes so far, [group]
    private long picoseconds, exposed, waiting;
    private int steps;
    private float loss, gradientNorm;
    private double tokensPerSecond, mfu, shareOfIdeal;

    public StepFigures(ProgramPlan plan, ClusterClock? clocks)
    {
        (this.plan, this.clocks) = (plan, clocks);
        (highWater, computing, flops, busy) = (new long[plan.Data], new long[plan.Data], new long[plan.Data], new long[plan.Data, Engines.Length]);
        (placements, pulled, returned) = ([.. plan.Experts.Select(site => new PlacementReport[site.Layers])], new long[plan.Experts.Count], new long[plan.Experts.Count]);
    }

    public long Steps { get { lock (gate) return steps; } }

    public double Loss { get { lock (gate) return loss; } }

    public double GradientNorm { get { lock (gate) return gradientNorm; } }

    public double TokensPerSecond { get { lock (gate) return tokensPerSecond; } }

    public double Mfu { get { lock (gate) return 100 * mfu; } }

    public double ShareOfIdeal { get { lock (gate) return 100 * shareOfIdeal; } }

    public double Exposed { get { lock (gate) return Seconds(exposed); } }

    public double Waiting { get { lock (gate) return Seconds(waiting); } }

    public void Store(StepReport report, Arena[] arenas)
    {
        lock (gate)
        {
            (steps, loss, gradientNorm, tokensPerSecond) = (steps + 1, report.Loss, report.GradientNorm, report.TokensPerSecond);
            for (int rank = 0; rank < arenas.Length; rank++)
                highWater[rank] = arenas[rank].HighWaterBytes;
            for (int kind = 0; kind < Kinds.Length; kind++)
                sent[kind] += report.Bytes(Kinds[kind]);
            for (int group = 0; group < placements.Length; group++)
                for (int layer = 0; layer < placements[group].Length; layer++)
                {
                    var placement = placements[group][layer] = report.Placement(group, layer);
                    (pulled[group], returned[group]) = (pulled[group] + placement.WeightBytes, returned[group] + placement.GradientBytes);
                }
            if (clocks is not null && report.Emulated is { } emulated)
                Store(clocks, emulated);
        }
    }

    public IEnumerable<Measurement<double>> Imbalance()
    {
        lock (gate)
            return [.. Layers(placement => placement.ImbalanceAtHome, "home"), .. Layers(placement => placement.Imbalance, "placed")];
    }

    public IEnumerable<Measurement<long>> Replicas()
    {
        lock (gate)
            return [.. Layers(placement => (long)placement.Replicas)];
    }

    public IEnumerable<Measurement<double>> Planning()
    {
        lock (gate)
            return [.. Layers(placement => placement.Planning.TotalSeconds)];
    }

    public IEnumerable<Measurement<long>> ReplicaBytes()
    {
        lock (gate)
            return [.. Groups(pulled, "weights"), .. Groups(returned, "gradients")];

        IEnumerable<Measurement<long>> Groups(long[] bytes, string kind) => plan.Experts.Select((site, group) => new Measurement<long>(bytes[group], new("group", site.Path), new("kind", kind)));
    }

    private IEnumerable<Measurement<T>> Layers<T>(Func<PlacementReport, T> value, string? placed = null) where T : struct => steps == 0 ? [] : plan.Experts.SelectMany((site, group) =>
        placements[group].Select((placement, layer) => new Measurement<T>(value(placement), placed is null ? [new("group", site.Path), new("layer", layer)] : [new("group", site.Path), new("layer", layer), new("placement", placed)])));

    public IEnumerable<Measurement<long>> Memory()
    {
        lock (gate)
        {
            var found = new List<Measurement<long>>();
            if (steps == 0)
                return found;
            for (int rank = 0; rank < highWater.Length; rank++)
            {
                // As neuron-monitor divides it: what stays between steps, what programs share, and what the run decides.
                Add(found, rank, "tensors", plan.PersistentBytes);
                Add(found, rank, "model_shared_scratchpad", plan.StaticBytes - plan.PersistentBytes);
                Add(found, rank, "routed_rows", highWater[rank] - plan.StaticBytes);
            }
            return found;
        }

        static void Add(List<Measurement<long>> to, int rank, string kind, long bytes) => to.Add(new(bytes, new("rank", rank), new("kind", kind)));
    }

    public IEnumerable<Measurement<long>> SentBytes()
    {
        lock (gate)
            return [.. Kinds.Select(kind => new Measurement<long>(sent[(int)kind], new KeyValuePair<string, object?>("kind", $"{kind}")))];
    }

    public IEnumerable<Measurement<double>> Utilization() => EachRank(rank => 100.0 * computing[rank] / picoseconds);

    public IEnumerable<Measurement<double>> FlopRate() => EachRank(rank => flops[rank] / Seconds(picoseconds));

    public IEnumerable<Measurement<double>> EngineUtilization()
    {
        if (clocks is null)
            return [];
        var names = clocks.Costs.Machine.EngineNames;
        lock (gate)
            return picoseconds == 0 ? [] : [.. from rank in Enumerable.Range(0, plan.Data)
                from engine in Engines
                select new Measurement<double>(100.0 * busy[rank, (int)engine] / picoseconds, new("rank", rank), new("engine", names[(int)engine]))];
    }

    public IEnumerable<Measurement<double>> CollectiveTime()
    {
        lock (gate)
            return [.. Kinds.Select(kind => new Measurement<double>(Seconds(collectives[(int)kind]), new KeyValuePair<string, object?>("kind", $"{kind}")))];
    }

    private IEnumerable<Measurement<double>> EachRank(Func<int, double> value)
    {
        lock (gate)
            return picoseconds == 0 ? [] : [.. Enumerable.Range(0, plan.Data).Select(rank => new Measurement<double>(value(rank), new KeyValuePair<string, object?>("rank", rank)))];
    }

    private void Store(ClusterClock from, EmulatedStep emulated)
    {
        (picoseconds, exposed, waiting, mfu, shareOfIdeal) = (emulated.Picoseconds, emulated.ExposedPicoseconds, emulated.WaitingPicoseconds, emulated.Mfu, emulated.ShareOfIdeal);
        for (int kind = 0; kind < Kinds.Length; kind++)
            collectives[kind] = emulated.CollectivePicoseconds(Kinds[kind]);
        for (int rank = 0; rank < from.Ranks.Length; rank++)
        {
            var clock = from.Ranks[rank].Clock;
            (computing[rank], flops[rank]) = (clock.Computing, clock.Flops);
            for (int engine = 0; engine < Engines.Length; engine++)
                busy[rank, engine] = clock.Busy(Engines[engine]);
        }
    }

    private static double Seconds(long picoseconds) => picoseconds * 1e-12;
}
