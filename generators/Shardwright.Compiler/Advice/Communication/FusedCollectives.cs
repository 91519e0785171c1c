using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>The step with collectives of one kind and group run as one where none depends on another: what depends on the first stands behind both.</summary>
public sealed class FusedCollectives
{
    readonly HashSet<int> small;
    readonly DataFlow flow;

    /// <summary>Fuses these of a step's collectives, by number.</summary>
    public FusedCollectives(TimedProgram program, IEnumerable<int> collectives)
    {
        (small, flow) = ([.. collectives], new(program));
        Program = DataFlow.Numbered(program, Region(program.Nodes));
    }

    public TimedProgram Program { get; }

    /// <summary>Collectives that are gone, a loop's body counted once.</summary>
    public int Gone { get; private set; }

    List<TimedNode> Region(IReadOnlyList<TimedNode> region)
    {
        List<TimedNode> body = [.. region.Select(node => node is TimedLoop loop ? loop with { Body = Region(loop.Body) } : node)];
        for (int i = 0; i < body.Count; i++)
            while (body[i] is TimedOp op && IsSmall(op) && Join(body, i, op))
                Gone++;
        return body;
    }

    // Exchanges are not among them: rows of two groups may go to other ranks.
    bool IsSmall(TimedOp op) => op.Collective is { Exchange: RowExchange.None } && small.Contains(op.Index);

    /// <summary>Joins a collective with the next of its kind that does not depend on it.</summary>
    bool Join(List<TimedNode> body, int first, TimedOp own)
    {
        var barrier = flow.Behind(own);
        List<TimedNode> before = [], behind = [];
        for (int i = first + 1; i < body.Count; i++)
            if (barrier.Holds(body[i]))
            {
                barrier.Add(body[i]);
                behind.Add(body[i]);
            }
            else if (body[i] is TimedOp other && IsSmall(other) && other.Collective!.Kind == own.Collective!.Kind && other.Collective.Group == own.Collective.Group && other.Site == own.Site)
            {
                var both = own with
                {
                    Collective = own.Collective with { Bytes = own.Collective.Bytes + other.Collective.Bytes },
                    Reads = [.. own.Reads.Union(other.Reads)],
                    Writes = [.. own.Writes.Union(other.Writes)],
                };
                body.RemoveRange(first, i - first + 1);
                body.InsertRange(first, [.. before, both, .. behind]);
                return true;
            }
            else
                before.Add(body[i]);
        return false;
    }
}
