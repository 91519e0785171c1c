namespace Shardwright.Hardware;

/// <summary>What is gathered and released together when parameters are split over data ranks: the layers, and what stands outside of them.</summary>
internal sealed class ShardedUnits
{
    public ShardedUnits(TimedProgram program, PlanMemory memory)
    {
        Layers = [.. Loops(program.Nodes).Where(loop => loop.Weights != default).GroupBy(Key).Select(group => group.First())];
        Amount layers = default, gradients = default;
        foreach (var layer in Layers)
        {
            layers += layer.Weights * layer.Count;
            gradients += layer.Gradients * layer.Count;
        }
        OutsideWeights = memory.Weights + layers * -1;
        // Optimizer state is two numbers a trained parameter; the gradients of a micro-batch may come on top of a step's.
        OutsideGradients = new Amount(memory.Optimizer.Fixed / 2, 0, memory.Optimizer.PerExpert / 2) + gradients * -1;
        GatheredBytes = FlopsByFormat.Of(program).OrderByDescending(f => f.Flops).First().Format == OperandFormat.Float32 ? 4 : 2;
    }

    /// <summary>One loop of each list of layers.</summary>
    public IReadOnlyList<TimedLoop> Layers { get; }

    public Amount OutsideWeights { get; }

    public Amount OutsideGradients { get; }

    /// <summary>Bytes of a gathered parameter: it is rounded to the format of the products before it travels.</summary>
    public int GatheredBytes { get; }

    /// <summary>Forward and backward loops over the same list have the same key.</summary>
    public static (string, int, Amount) Key(TimedLoop loop) => (loop.Name, loop.Count, loop.Weights);

    private static IEnumerable<TimedLoop> Loops(IEnumerable<TimedNode> nodes) =>
        nodes.OfType<TimedLoop>().SelectMany(loop => loop.IsMicroBatches ? Loops(loop.Body) : [loop]);
}
