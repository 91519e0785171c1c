namespace Shardwright.Hardware;

/// <summary>
/// Virtual time of one rank, in picoseconds. Every statement waits for the values it reads and for the engines it uses; engines take their work in program order, each from a queue of its own. A collective occupies the collective
/// cores from the arrival of the last rank of its group; statements that do not read its result go on meanwhile, slower by the machine's overlap factor. So a collective starts where it stands and is awaited where its result is read.
/// </summary>
public sealed class RankClock
{
    private const int Engines = 6, Kinds = 5, Million = 1_000_000;

    private readonly ProgramCosts costs;
    private readonly long[] free = new long[Engines], busy = new long[Engines], collective = new long[Kinds];
    private readonly long[] ready;
    private readonly long slowdown;
    private long computing, computeEnd, end;
    private ChipWork work, recomputed;

    /// <summary>A clock at zero.</summary>
    public RankClock(ProgramCosts costs)
    {
        this.costs = costs;
        ready = new long[costs.Program.Slots];
        slowdown = (long)Math.Round((costs.Machine.OverlapSlowdown - 1) * Million);
    }

    /// <summary>Hears of every statement; null when nobody listens.</summary>
    public IClockListener? Listener { get; set; }

    /// <summary>End of everything charged so far.</summary>
    public long Now => end;

    /// <summary>Time in which at least one engine computed or moved data.</summary>
    public long Computing => computing;

    /// <summary>Time in which no engine did anything, because a collective was awaited.</summary>
    public long Exposed => end - computing;

    /// <summary>Time between this rank's arrivals at collectives and those of the last rank: what uneven ranks cost.</summary>
    public long Waiting { get; private set; }

    /// <summary>FLOPs of products by format, bytes between HBM and core, bytes sent over links.</summary>
    public ChipWork Work => work;

    /// <summary>The part of <see cref="Work"/> that repeats statements of the forward pass.</summary>
    public ChipWork Recomputed => recomputed;

    /// <summary>FLOPs of products, all formats.</summary>
    public long Flops => work.Float32Flops + work.BFloat16Flops + work.Float8Flops;

    /// <summary>Busy time of an engine.</summary>
    public long Busy(Engine engine) => busy[(int)engine];

    /// <summary>Time in collectives of a kind, hidden or not.</summary>
    public long Collective(CollectiveKind kind) => collective[(int)kind];

    /// <summary>Back to zero.</summary>
    public void Reset()
    {
        Array.Clear(free, 0, free.Length);
        Array.Clear(busy, 0, busy.Length);
        Array.Clear(collective, 0, collective.Length);
        Array.Clear(ready, 0, ready.Length);
        (computing, computeEnd, end, Waiting, work, recomputed) = (0, 0, 0, 0, default, default);
    }

    /// <summary>Charges a statement that is no collective.</summary>
    /// <param name="op">Its index.</param>
    /// <param name="starts">Rows of the rank's experts, as for <see cref="OpTime.Of"/>; null where routing does not matter.</param>
    public void Charge(int op, int[]? starts) => Charge(op, costs.Times(op, starts));

    /// <summary>Charges a statement with engine times that the caller knows: those of an expert group whose number of experts differs from rank to rank.</summary>
    /// <param name="op">Its index.</param>
    /// <param name="times">Its times, as of <see cref="OpTime.Of"/>.</param>
    public void Charge(int op, in EngineTimes times)
    {
        if (times.Duration == 0)
        {
            Forward(op);
            return;
        }
        long start = Ready(op);
        for (int engine = 0; engine < (int)Engine.Collective; engine++)
            if (times[(Engine)engine] > 0)
                start = Math.Max(start, free[engine]);
        long duration = times.Duration, shared = Math.Min(duration, free[(int)Engine.Collective] - start);
        if (shared > 0)
            duration += shared * slowdown / Million;
        for (int engine = 0; engine < (int)Engine.Collective; engine++)
        {
            long time = times[(Engine)engine];
            busy[engine] += time;
            // What slows down or delays the op as a whole holds up the queues that it is in.
            if (time > 0)
                free[engine] = start + time + (duration - times.Slowest);
        }
        var own = ChipWork.Of(times, costs.Format(op));
        work += own;
        if (costs.Program.Ops[op].IsRecomputed)
            recomputed += own;
        long ends = start + duration;
        computing += Math.Max(0, ends - Math.Max(start, computeEnd));
        computeEnd = Math.Max(computeEnd, ends);
        Finish(op, ends);
        Listener?.Computed(op, start, ends, times);
    }

    /// <summary>When this rank can take part in a collective: its operands are ready and its collective cores free.</summary>
    public long Arrival(int op) => Math.Max(Ready(op), free[(int)Engine.Collective]);

    /// <summary>Charges a collective that starts when the last rank arrives.</summary>
    /// <param name="op">Its index.</param>
    /// <param name="start">The latest <see cref="Arrival"/> of the group.</param>
    /// <param name="load">Rows of the exchange, where rows are exchanged.</param>
    public void Join(int op, long start, in ExchangeLoad load) => Join(op, start, costs.Collective(op, load), load);

    /// <summary>Charges a collective whose cost the caller knows: an exchange with bytes of its own for every pair of ranks.</summary>
    /// <param name="op">Its index.</param>
    /// <param name="start">The latest <see cref="Arrival"/> of the group.</param>
    /// <param name="cost">Its cost, as of <see cref="PairExchange.Cost"/>.</param>
    public void JoinWithCost(int op, long start, in CollectiveCost cost) => Join(op, start, cost, default);

    private void Join(int op, long start, in CollectiveCost cost, in ExchangeLoad load)
    {
        long arrival = Arrival(op);
        Waiting += start - arrival;
        busy[(int)Engine.Collective] += cost.Picoseconds;
        collective[(int)costs.Program.Ops[op].Collective!.Kind] += cost.Picoseconds;
        work += new ChipWork(0, 0, 0, 0, cost.LinkBytes);
        long ends = start + cost.Picoseconds;
        free[(int)Engine.Collective] = ends;
        Finish(op, ends);
        Listener?.Communicated(op, arrival, start, ends, cost, load);
    }

    /// <summary>Whether a collective has nothing to move, so that no rank calls it: replicas, where the plan of a micro-batch has none.</summary>
    public bool IsIdle(int op, in ExchangeLoad load) => costs.Program.Ops[op].Collective is { MovesReplicas: true } && load.MostReplicas == 0;

    /// <summary>Passes over a statement that takes no time: its results are ready when its operands are.</summary>
    public void Forward(int op) => Finish(op, Ready(op));

    private long Ready(int op)
    {
        long time = 0;
        var reads = costs.Program.Ops[op].Reads;
        for (int i = 0; i < reads.Count; i++)
            time = Math.Max(time, ready[reads[i]]);
        return time;
    }

    private void Finish(int op, long time)
    {
        var writes = costs.Program.Ops[op].Writes;
        for (int i = 0; i < writes.Count; i++)
            ready[writes[i]] = time;
        end = Math.Max(end, time);
    }
}

/// <summary>Hears what a clock charges, for traces.</summary>
public interface IClockListener
{
    /// <summary>A statement ran from <paramref name="start"/> to <paramref name="end"/>, picoseconds.</summary>
    void Computed(int op, long start, long end, in EngineTimes times);

    /// <summary>A collective: this rank arrived, the last rank arrived, it ended, picoseconds. <paramref name="load"/> is what was exchanged, where routing decides it.</summary>
    void Communicated(int op, long arrival, long start, long end, in CollectiveCost cost, in ExchangeLoad load);
}
