using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>Where in the step a statement ran: the loops around it, and the occurrence's number in program order.</summary>
internal readonly record struct StepPlace(int Op, int MicroBatch, string Layer);

/// <summary>
/// Every statement of a step in program order, loops unrolled. A clock names a statement, not the iteration: a recording visits the same order and leaves out what takes no time, so one pass over both finds the iterations.
/// </summary>
internal sealed class StepPlaces
{
    private readonly List<StepPlace> places = [];

    public StepPlaces(TimedProgram program) => Add(program.Nodes, -1, "");

    /// <summary>The place of every recorded statement.</summary>
    public StepPlace[] Of(IReadOnlyList<TracedOp> recorded)
    {
        var found = new StepPlace[recorded.Count];
        int next = 0;
        for (int i = 0; i < found.Length; i++)
        {
            while (next < places.Count && places[next].Op != recorded[i].Op)
                next++;
            if (next == places.Count)
                throw new InvalidOperationException($"The trace has statement {recorded[i].Op} where the plan has none: the program did not follow its plan.");
            found[i] = places[next++];
        }
        return found;
    }

    private void Add(IReadOnlyList<TimedNode> nodes, int microBatch, string layer)
    {
        foreach (var node in nodes)
            if (node is TimedOp op)
                places.Add(new(op.Index, microBatch, layer));
            else if (node is TimedLoop loop)
                for (int i = 0; i < loop.Count; i++)
                    if (loop.IsMicroBatches)
                        Add(loop.Body, i, layer);
                    else
                        Add(loop.Body, microBatch, $"{(layer.Length == 0 ? "" : layer + " · ")}{loop.Name} {(loop.IsBackward ? loop.Count - 1 - i : i)}");
    }
}
