using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Cost;

/// <summary>
/// A training step as the clock sees it, and the number of every statement in it: emitted code charges statements by these numbers. Sources are ordinals here; files and lines join when the program is printed.
/// </summary>
/// <param name="Program">The step.</param>
/// <param name="Index">The number of a statement of the training program; for one that runs for every part of a rank's experts, that of the first.</param>
/// <param name="Statements">The statement of a number, where the program has one.</param>
/// <param name="Reductions">The number of the first reduction of gradients behind the backward pass, in the order of <see cref="ModelPlan.Reductions"/>.</param>
/// <param name="Accumulation">The sum of a micro-batch's gradients into the step's; −1 with one micro-batch.</param>
/// <param name="Update">The update: squared norms, their all-reduce, AdamW, in this order.</param>
public sealed record TimedStep(TimedProgram Program, IReadOnlyDictionary<Node, int> Index, IReadOnlyDictionary<int, Node> Statements, int Reductions, int Accumulation, int Update)
{
    /// <summary>The number of a statement for a part of a rank's experts; null where it has none.</summary>
    public int? Of(Node node, int chunk)
    {
        if (!Index.TryGetValue(node, out int op))
            return null;
        for (; chunk > 0; chunk--)
            for (op++; Statements[op] != node; op++)
            {
            }
        return op;
    }

    /// <summary>The step with what a reader wants to know of its statements: places, shapes.</summary>
    public TimedProgram With(Func<Node, TimedOp, TimedOp> describe)
    {
        return new([.. Program.Nodes.Select(Described)], Program.Sites, Program.Slots);

        TimedNode Described(TimedNode node) => node is TimedLoop loop ? loop with { Body = [.. loop.Body.Select(Described)] }
            : node is TimedOp op && Statements.TryGetValue(op.Index, out var statement) ? describe(statement, op) : node;
    }
}
