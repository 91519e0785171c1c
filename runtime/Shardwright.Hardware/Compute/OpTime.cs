namespace Shardwright.Hardware;

/// <summary>The time of an op on the engines of a rank.</summary>
public static class OpTime
{
    /// <summary>Busy times of all engines.</summary>
    /// <param name="rates">The rank.</param>
    /// <param name="work">The op.</param>
    /// <param name="starts">First row of each expert of the rank and, last, their sum: [experts + 1]; null for an op that does not depend on routing.</param>
    /// <param name="experts">Experts of the rank.</param>
    public static EngineTimes Of(RankRates rates, OpWork work, int[]? starts = null, int experts = 0) => throw new NotImplementedException();
}
