namespace Shardwright.Hardware.Reports;

/// <summary>Which iterations of loops a picture shows: all where they are few, else the first, one in the middle and the last, and so on down. What is left out looks like its neighbours.</summary>
/// <param name="Iterations">Iterations of a loop that are shown, at most.</param>
/// <param name="AllLanes">Whether engines have bars of their own; else statements and collectives alone.</param>
/// <param name="LeastPicoseconds">Shorter statements are not shown.</param>
internal sealed record TimelineDetail(int Iterations, bool AllLanes, long LeastPicoseconds)
{
    /// <summary>Bars that a picture has at most.</summary>
    public const int MostBars = 2000;

    private static readonly int[] Levels = [int.MaxValue, 3, 2, 1];

    /// <summary>Whether an iteration is shown.</summary>
    public bool Shows(TimedLoop loop, int ordinal) => Iterations switch
    {
        1 => ordinal == 0,
        2 => ordinal == 0 || ordinal == loop.Count - 1,
        3 => ordinal == 0 || ordinal == loop.Count / 2 || ordinal == loop.Count - 1,
        _ => true,
    };

    /// <summary>Whether every iteration around a statement is shown.</summary>
    public bool Shows(LoopPlace? place)
    {
        for (; place is not null; place = place.Outer)
            if (!Shows(place.Loop, place.Ordinal))
                return false;
        return true;
    }

    /// <summary>The first level of detail whose bars are few enough.</summary>
    public static TimelineDetail Choose(TimedProgram program, IReadOnlyList<OpEstimate> estimates)
    {
        var bars = estimates.ToDictionary(estimate => estimate.Op.Index, Bars);
        foreach (int level in Levels)
        {
            var detail = new TimelineDetail(level, true, 0);
            if (detail.Count(program.Nodes, op => bars[op.Index]) <= MostBars)
                return detail;
        }
        // One iteration of everything is too much: whole statements only, and of these the longest.
        var times = estimates.Where(estimate => estimate.Picoseconds > 0).Select(estimate => estimate.Picoseconds).OrderByDescending(time => time).ToList();
        return new(1, false, times.Count <= MostBars ? 0 : times[MostBars - 1] + (times[MostBars] == times[MostBars - 1] ? 1 : 0));
    }

    /// <summary>The first level of detail with at most <paramref name="most"/> statements, each once an iteration.</summary>
    public static TimelineDetail ChooseStatements(TimedProgram program, int most) =>
        Levels.Select(level => new TimelineDetail(level, true, 0)).FirstOrDefault(detail => detail.Count(program.Nodes, _ => 1, oneMicroBatch: true) <= most) ?? new(1, true, 0);

    private static int Bars(OpEstimate estimate) => estimate.Op.Collective is not null ? 1
        : estimate.Times.Duration == 0 ? 0 : 1 + Enumerable.Range(0, (int)Engine.Collective).Count(engine => estimate.Times[(Engine)engine] > 0);

    private long Count(IReadOnlyList<TimedNode> nodes, Func<TimedOp, int> bars, bool oneMicroBatch = false)
    {
        long count = 0;
        foreach (var node in nodes)
            count += node is TimedOp op ? bars(op) : node is TimedLoop loop ? Math.Min(loop.Count, oneMicroBatch && loop.IsMicroBatches ? 1 : Iterations) * Count(loop.Body, bars, oneMicroBatch) : 0;
        return count;
    }
}
