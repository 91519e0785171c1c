namespace Shardwright.Hardware;

/// <summary>
/// Vector, scalar and general-purpose engine: one formula, elements ÷ rate. AWS's rule of N cycles for N elements in each of 128 lanes, twice that for two streamed operands (NKI guides), is in the counts and the
/// rates. The fixed cost of an instruction, 60 to 100 cycles, is part of <see cref="RankRates.OpOverhead"/>.
/// </summary>
public static class ElementTime
{
    /// <summary>Seconds of <paramref name="elements"/> at <paramref name="rate"/> elements a second.</summary>
    public static double Seconds(long elements, double rate) => elements / rate;
}
