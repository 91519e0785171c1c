namespace Shardwright.Hardware;

/// <summary>What a collective costs on a machine.</summary>
/// <param name="Picoseconds">From the moment when the last rank has arrived to its end.</param>
/// <param name="LinkBytes">Bytes that one rank puts on links, all levels added; the rank that sends most. In exchanges between distant units of a torus, a byte counts on every link that it crosses.</param>
/// <param name="Algorithm">
/// The algorithm that was chosen, in the field's name: <c>mesh</c>, <c>recursive halving/doubling</c>, <c>KangaRing</c>, <c>ring</c>, <c>tree</c>, <c>torus</c>, <c>direct all-to-all</c>, <c>two-level all-to-all</c>,
/// <c>hierarchical (inside + between)</c>; <c>none</c> for one rank.
/// </param>
/// <param name="Latency">The part of the time that does not depend on the bytes, in picoseconds.</param>
public readonly record struct CollectiveCost(long Picoseconds, long LinkBytes, string Algorithm, long Latency);
