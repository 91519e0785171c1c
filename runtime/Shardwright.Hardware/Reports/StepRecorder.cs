namespace Shardwright.Hardware.Reports;

/// <summary>Listens to a clock and keeps what the pictures of a step need: bars by engine, time by phase, and which collective was awaited while no engine did anything.</summary>
internal sealed class StepRecorder : IClockListener
{
    private const int Lanes = 7;

    private readonly TimelineDetail detail;
    private readonly IReadOnlyList<TimedOp> ops;
    private readonly IEnumerator<StepVisit> visits;
    private readonly List<TimelineBar> bars = [];
    private readonly List<Gap> gaps = [];
    private readonly long[] busy = new long[Lanes], computed, exposed;
    private readonly List<(int Op, long Start, long End)> collectives = [];
    private long covered;

    public StepRecorder(TimedProgram program, TimelineDetail detail)
    {
        (this.detail, ops) = (detail, program.Ops);
        visits = StepVisits.All(program).GetEnumerator();
        (computed, exposed) = (new long[program.Ops.Count], new long[program.Ops.Count]);
    }

    /// <summary>Time that each statement's computing adds to the step: what no other had covered, picoseconds.</summary>
    public IReadOnlyList<long> Added => computed;

    /// <summary>Time for which each statement, a collective, was awaited while no engine did anything, picoseconds.</summary>
    public IReadOnlyList<long> Exposed => exposed;

    /// <inheritdoc/>
    public void Computed(int op, long start, long end, in EngineTimes times)
    {
        var place = Visit(op);
        Await(start);
        computed[op] += Math.Max(0, end - Math.Max(start, covered));
        covered = Math.Max(covered, end);
        bool shows = detail.Shows(place) && end - start >= detail.LeastPicoseconds;
        Bar(op, place, 0, start, end, shows);
        for (int engine = 0; engine < (int)Engine.Collective; engine++)
            if (times[(Engine)engine] is > 0 and var time)
                Bar(op, place, 1 + engine, start + times.Overhead, start + times.Overhead + time, shows && detail.AllLanes);
    }

    /// <inheritdoc/>
    public void Communicated(int op, long arrival, long start, long end, in CollectiveCost cost, in ExchangeLoad load)
    {
        var place = Visit(op);
        collectives.Add((op, start, end));
        Bar(op, place, 1 + (int)Engine.Collective, start, end, detail.Shows(place) && end - start >= detail.LeastPicoseconds);
    }

    /// <summary>The step's end: what is still awaited.</summary>
    public void Finish(RankClock clock) => Await(clock.Now);

    /// <summary>Bars and what is left out.</summary>
    public Timeline Timeline(Machine machine, RankClock clock) =>
        new(clock.Now, ["statements", .. machine.EngineNames], busy, bars, [.. gaps.Select(gap => new TimelineGap(gap.Text, gap.Bars, gap.Start, gap.End))]);

    /// <summary>Computing by phase, and exposed communication by kind: together the step's time.</summary>
    public IReadOnlyList<StepPart> Parts() =>
    [
        .. new[] { StepPhase.Forward, StepPhase.Backward, StepPhase.Update }.Select(phase => new StepPart(Phase(phase), false, ops.Where(op => op.Phase == phase).Sum(op => computed[op.Index]))),
        .. ops.Where(op => op.Collective is not null).GroupBy(op => op.Collective!.Kind).OrderBy(kind => kind.Key)
            .Select(kind => new StepPart(kind.Key.ToString(), true, kind.Sum(op => exposed[op.Index]))).Where(part => part.Picoseconds > 0),
    ];

    public static string Phase(StepPhase phase) => phase switch
    {
        StepPhase.Forward => "forward",
        StepPhase.Backward => "backward",
        _ => "update",
    };

    /// <summary>The clock visits the program's order and leaves out what takes no time.</summary>
    private LoopPlace? Visit(int op)
    {
        while (visits.MoveNext())
            if (visits.Current.Op.Index == op)
                return visits.Current.Place;
        throw new InvalidOperationException($"The clock ran statement {op} where the program has none.");
    }

    /// <summary>
    /// From the end of all computing so far until a time at which more begins, nothing was computed: collectives ran, one after the other, and the last of them is what was waited for.
    /// </summary>
    private void Await(long until)
    {
        for (int i = collectives.Count - 1; i >= 0 && until > covered; i--)
        {
            var (op, start, end) = collectives[i];
            if (end <= covered)
                break;
            long from = Math.Max(covered, start);
            exposed[op] += Math.Max(0, until - from);
            until = Math.Min(until, from);
        }
    }

    private void Bar(int op, LoopPlace? place, int lane, long start, long end, bool shows)
    {
        busy[lane] += end - start;
        if (shows)
            bars.Add(new(op, lane, start, end, LoopPlace.Text(place)));
        else
            Omit(place, start, end);
    }

    /// <summary>Joins what is left out to its neighbours of the same loop.</summary>
    private void Omit(LoopPlace? place, long start, long end)
    {
        var hidden = Hidden(place);
        var last = gaps.Count > 0 ? gaps[gaps.Count - 1] : null;
        if (last is null || !last.Takes(hidden))
            gaps.Add(last = new(hidden, start));
        last.Add(hidden, start, end);
    }

    /// <summary>The outermost iteration that is not shown; null where the statement itself is too short.</summary>
    private LoopPlace? Hidden(LoopPlace? place)
    {
        LoopPlace? hidden = null;
        for (; place is not null; place = place.Outer)
            if (!detail.Shows(place.Loop, place.Ordinal))
                hidden = place;
        return hidden;
    }

    private sealed class Gap(LoopPlace? first, long start)
    {
        private readonly LoopPlace? begin = first;
        private LoopPlace? last;

        public int Bars { get; private set; }

        public long Start { get; private set; } = start;

        public long End { get; private set; }

        public string Text => begin is null ? "short statements and engines"
            : begin.Number == last!.Number ? LoopPlace.Text(begin) : FormattableString.Invariant($"{LoopPlace.Text(begin)} to {last.Number}");

        /// <summary>Whether an iteration is this gap's last, or the next one of the same loop.</summary>
        public bool Takes(LoopPlace? place) => place is null || last is null ? place == last
            : ReferenceEquals(place.Loop, last.Loop) && place.Outer == last.Outer && place.Ordinal <= last.Ordinal + 1 && place.Ordinal >= last.Ordinal;

        public void Add(LoopPlace? place, long start, long end)
        {
            last = place;
            Bars++;
            (Start, End) = (Math.Min(Start, start), Math.Max(End, end));
        }
    }
}
