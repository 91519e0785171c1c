namespace Shardwright.Hardware;

/// <summary>One statement on a machine at even load: where its time goes and which roof holds it.</summary>
/// <param name="Op">The statement.</param>
/// <param name="Times">Busy times of the engines; zero for a collective.</param>
/// <param name="Collective">Cost of a collective; null for all others.</param>
/// <param name="Runs">How often a step runs it.</param>
public sealed record OpEstimate(TimedOp Op, EngineTimes Times, CollectiveCost? Collective, long Runs)
{
    /// <summary>Time of one run, picoseconds.</summary>
    public long Picoseconds => Collective?.Picoseconds ?? Times.Duration;

    /// <summary>FLOPs of products ÷ bytes between HBM and core, FLOP/B; 0 without bytes.</summary>
    public double ArithmeticIntensity => Times.HbmBytes == 0 ? 0 : (double)Times.Flops / Times.HbmBytes;

    /// <summary>The roof: an engine; links for a collective; overhead where the fixed time is longer than the slowest engine's.</summary>
    public string Bound => Collective is not null ? "links" : Times.Duration == 0 ? "nothing" : Times.Overhead > Times.Slowest ? "overhead" : Times.Bound.ToString();

    /// <summary>All statements of a program, in order.</summary>
    public static IReadOnlyList<OpEstimate> All(ProgramCosts costs)
    {
        var routing = new BalancedRouting(costs.Program, costs.Placement.Expert);
        var estimates = new List<OpEstimate>();
        Visit(costs.Program.Nodes, 1);
        return estimates;

        void Visit(IReadOnlyList<TimedNode> nodes, long runs)
        {
            foreach (var node in nodes)
                if (node is TimedLoop loop)
                    Visit(loop.Body, runs * loop.Count);
                else if (node is TimedOp op)
                    estimates.Add(Of(costs, routing, op, runs));
        }
    }

    private static OpEstimate Of(ProgramCosts costs, BalancedRouting routing, TimedOp op, long runs)
    {
        if (op.Collective is not null)
            return new(op, default, costs.Collective(op.Index, op.Site < 0 ? default : routing.Load(op.Site, 0, 0, 0, op.Chunk)), runs);
        int[]? starts = null;
        if (costs.IsRouted(op.Index))
            routing.Rows(op.Site, 0, 0, 0, starts = new int[costs.Experts(op.Site) + 1]);
        return new(op, costs.Times(op.Index, starts), null, runs);
    }
}
