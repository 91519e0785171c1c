using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>Which statements of a step may change places, by the slots that they read and write.</summary>
internal sealed class DataFlow(TimedProgram program)
{
    // Statements write parts of a gradient block, which has one slot: two that do so need no order between them, but whatever reads the block does.
    readonly HashSet<int> blocks = [.. program.Ops.Where(op => op.Phase == StepPhase.Update).SelectMany(op => op.Writes)];

    /// <summary>Statements that stay where they are: what follows may pass them when it has nothing to do with any of them.</summary>
    public sealed class Barrier(DataFlow flow)
    {
        readonly HashSet<int> read = [], written = [];

        public void Add(TimedNode node)
        {
            foreach (var op in Ops(node))
            {
                read.UnionWith(op.Reads);
                written.UnionWith(op.Writes);
            }
        }

        /// <summary>Whether a later statement reads or overwrites something of these, or writes what they read.</summary>
        public bool Holds(TimedNode node) => Ops(node).Any(op => op.Reads.Any(written.Contains) || op.Writes.Any(slot => read.Contains(slot) && !(flow.blocks.Contains(slot) && op.Phase != StepPhase.Update) || written.Contains(slot) && !flow.blocks.Contains(slot)));
    }

    public Barrier Behind(TimedNode node)
    {
        var barrier = new Barrier(this);
        barrier.Add(node);
        return barrier;
    }

    public static IEnumerable<TimedOp> Ops(TimedNode node) => node is TimedLoop loop ? loop.Body.SelectMany(Ops) : [(TimedOp)node];

    /// <summary>The same step with other nodes, whose statements get new numbers.</summary>
    public static TimedProgram Numbered(TimedProgram program, IEnumerable<TimedNode> nodes)
    {
        int next = 0;
        return new([.. nodes.Select(Number)], program.Sites, program.Slots);

        TimedNode Number(TimedNode node) => node is TimedLoop loop ? loop with { Body = [.. loop.Body.Select(Number)] } : (TimedOp)node with { Index = next++ };
    }
}
