using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler;

/// <summary>Sizes beyond which planning would count wrong or never end: far above any machine, and what a mistyped number reaches easily.</summary>
public static class Limits
{
    /// <summary>Elements of a tensor, over all layers and experts: their bytes, times weights, gradients and the optimizer's state, still fit 64 bits for thousands of tensors.</summary>
    public const long Elements = 1L << 48;

    /// <summary>Experts of a group: load and rows are counted one by one.</summary>
    public const int Experts = 1 << 16;

    /// <summary>Ranks of a mesh.</summary>
    public const int Ranks = 1 << 20;

    /// <summary>Statements that a step executes: its time is found by walking through them.</summary>
    public const long Statements = 10_000_000;

    /// <summary>Whether every size is positive, as it is until it overflows, and the product within <see cref="Elements"/>.</summary>
    public static bool Holds(IEnumerable<int> shape, double times = 1) => shape.All(size => size > 0) && shape.Aggregate(times, (product, size) => product * size) <= Elements;

    /// <summary>Statements that one run of a region executes, every round of its loops counted.</summary>
    public static double Executed(Region region)
        => region.Nodes.Sum(node => node.Body is null ? 1.0 : (node.Op is Loop loop ? loop.List.Count : 1.0) * Executed(node.Body));
}
