namespace Shardwright.Hardware;

/// <summary>What a collective costs on a machine.</summary>
/// <param name="Picoseconds">From the moment when the last rank has arrived to its end.</param>
/// <param name="LinkBytes">Bytes that one rank sends over links, all levels added; the rank that sends most.</param>
/// <param name="Algorithm">The algorithm that was chosen, in the field's name: <c>mesh</c>, <c>recursive halving/doubling</c>, <c>KangaRing</c>, <c>ring</c>, <c>hierarchical (…)</c>.</param>
/// <param name="Latency">The part of the time that does not depend on the bytes, in picoseconds.</param>
public readonly record struct CollectiveCost(long Picoseconds, long LinkBytes, string Algorithm, long Latency);
