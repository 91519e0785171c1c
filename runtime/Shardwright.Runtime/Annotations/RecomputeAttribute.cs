namespace Shardwright;

/// <summary>
/// Trades time for memory: activations that are made in the <c>Forward</c> of a module are not kept for the backward pass but computed again there, from what enters the module. On a class it holds wherever the module is called; on a property,
/// for the module, the <see cref="Repeated{T}"/> or the <see cref="ExpertGroup{T}"/> in it. No number changes, not even its last bit. Kept all the same: what loops carry, the choice of experts and their gates, rows that were exchanged, sums over
/// all tokens, and whatever the backward pass of other modules reads.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, Inherited = false)]
public sealed class RecomputeAttribute : Attribute;
