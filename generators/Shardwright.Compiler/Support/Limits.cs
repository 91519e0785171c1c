using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler;

/// <summary>Sizes beyond which planning would count wrong or never end: far above any machine, and what a mistyped number reaches easily.</summary>
public static class Limits
{
    /// <summary>Elements of one tensor: three sizes of a product, of which any two have at most so many elements, multiply to 2^60.</summary>
    public const long Elements = 1L << 40;

    /// <summary>Elements of a parameter over all layers and experts: their bytes, times weights, gradients and the optimizer's state, still fit 64 bits for thousands of parameters.</summary>
    public const long AllElements = 1L << 48;

    /// <summary>Experts of a group: load and rows are counted one by one.</summary>
    public const int Experts = 1 << 16;

    /// <summary>Ranks of a mesh.</summary>
    public const int Ranks = 1 << 20;

    /// <summary>Statements that a step executes: its time is found by walking through them.</summary>
    public const long Statements = 10_000_000;

    /// <summary>Whether every size is positive, as it is until it overflows, and their product within <see cref="Elements"/>.</summary>
    public static bool Holds(IEnumerable<int> shape) => shape.All(size => size > 0) && Product(shape) <= Elements;

    public static double Product(IEnumerable<int> shape) => shape.Aggregate(1.0, (product, size) => product * size);

    /// <summary>Statements that one run of a region executes, every round of its loops counted.</summary>
    public static double Executed(Region region)
        => region.Nodes.Sum(node => node.Body is null ? 1.0 : (node.Op is Loop loop ? loop.List.Count : 1.0) * Executed(node.Body));
}
