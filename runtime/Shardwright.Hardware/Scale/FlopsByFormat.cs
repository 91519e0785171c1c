namespace Shardwright.Hardware;

/// <summary>Floating-point operations of a step by the format of their operands.</summary>
public static class FlopsByFormat
{
    /// <summary>FLOPs of products of one rank at even load, or of the mean rank at any: they are linear in rows.</summary>
    /// <param name="program">The step.</param>
    /// <param name="recomputed">Whether to count what repeats statements of the forward pass.</param>
    public static IReadOnlyList<(OperandFormat Format, long Flops)> Of(TimedProgram program, bool recomputed = true)
    {
        var sums = new long[3];
        Add(program.Nodes, 1);
        return [.. sums.Select((flops, format) => ((OperandFormat)format, flops))];

        void Add(IEnumerable<TimedNode> nodes, long times)
        {
            foreach (var node in nodes)
                if (node is TimedLoop loop)
                    Add(loop.Body, checked(times * loop.Count));
                else if (node is TimedOp op && (recomputed || !op.IsRecomputed))
                    foreach (var product in op.Work.Products)
                        sums[(int)product.Format] += checked(product.With(op.Site < 0 ? 0 : program.Sites[op.Site].Copies).Flops * times);
        }
    }
}
