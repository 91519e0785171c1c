namespace Shardwright.Hardware.Reports;

/// <summary>An iteration of a loop, inside one of the loop around it.</summary>
/// <param name="Outer">The iteration around it; null outside.</param>
/// <param name="Loop">The loop.</param>
/// <param name="Ordinal">0 for the iteration that runs first.</param>
internal sealed record LoopPlace(LoopPlace? Outer, TimedLoop Loop, int Ordinal)
{
    /// <summary>Number of the micro-batch or layer.</summary>
    public int Number => Loop.IsBackward ? Loop.Count - 1 - Ordinal : Ordinal;

    /// <summary><c>block 3</c>, with the loops around it; a single micro-batch is not worth a word.</summary>
    public static string Text(LoopPlace? place)
    {
        string text = "";
        for (; place is not null; place = place.Outer)
            if (place.Loop is not { IsMicroBatches: true, Count: 1 })
                text = FormattableString.Invariant($"{place.Loop.Name} {place.Number}{(text.Length > 0 ? " · " : "")}{text}");
        return text;
    }
}

/// <summary>A statement at one of its runs.</summary>
internal readonly record struct StepVisit(TimedOp Op, LoopPlace? Place);

/// <summary>Every statement of a step in the order in which a walk visits it, loops unrolled.</summary>
internal static class StepVisits
{
    /// <summary>The whole step.</summary>
    public static IEnumerable<StepVisit> All(TimedProgram program) => Of(program.Nodes, null, int.MaxValue);

    /// <summary>The first micro-batch and the update.</summary>
    public static IEnumerable<StepVisit> FirstMicroBatch(TimedProgram program) => Of(program.Nodes, null, 1);

    private static IEnumerable<StepVisit> Of(IReadOnlyList<TimedNode> nodes, LoopPlace? place, int microBatches)
    {
        foreach (var node in nodes)
            if (node is TimedOp op)
                yield return new(op, place);
            else if (node is TimedLoop loop)
                for (int i = 0; i < (loop.IsMicroBatches ? Math.Min(loop.Count, microBatches) : loop.Count); i++)
                    foreach (var visit in Of(loop.Body, new(place, loop, i), microBatches))
                        yield return visit;
    }
}
