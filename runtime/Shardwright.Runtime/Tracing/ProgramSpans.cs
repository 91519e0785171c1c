using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>A stretch of a rank's time, in picoseconds.</summary>
internal readonly record struct ProgramSpan(string Name, StepPhase Phase, long Start, long End);

/// <summary>
/// Where a rank's program stands at any time. Statements of neighbouring layers overlap on different engines, so a layer lasts, here, from the start of its first statement to the start of the next layer's.
/// </summary>
internal static class ProgramSpans
{
    /// <summary>Micro-batches with phases, then the layers inside them, which end a picosecond early so that rounding keeps them inside.</summary>
    public static IEnumerable<ProgramSpan> Of(TimedProgram program, IReadOnlyList<TracedOp> ops, StepPlace[] places)
    {
        bool numbered = places.Any(place => place.MicroBatch > 0);
        return Runs(i => numbered && places[i].MicroBatch >= 0 ? $"{Phase(i)} · micro-batch {places[i].MicroBatch}" : $"{Phase(i)}")
            .Concat(Runs(i => places[i].Layer.Length == 0 ? "" : $"{places[i].Layer}|{Phase(i)}|{places[i].MicroBatch}")
                .Where(span => span.Name.Length > 0)
                .Select(span => span with { Name = span.Name[..span.Name.IndexOf('|')], End = span.End - 1 }));

        StepPhase Phase(int i) => program.Ops[ops[i].Op].Phase;

        IEnumerable<ProgramSpan> Runs(Func<int, string> key)
        {
            long start = 0, end = ops.Count == 0 ? 0 : ops.Max(op => op.End);
            for (int first = 0; first < ops.Count;)
            {
                int next = first + 1;
                while (next < ops.Count && key(next) == key(first))
                    next++;
                long until = next == ops.Count ? end : Math.Max(start, ops[next].Start);
                if (until > start)
                    yield return new(key(first), Phase(first), start, until);
                (first, start) = (next, until);
            }
        }
    }
}
