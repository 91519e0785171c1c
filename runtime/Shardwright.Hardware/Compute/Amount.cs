namespace Shardwright.Hardware;

/// <summary>A quantity that depends on routing: a fixed part, a part for every routed row that the rank received, and a part for every expert that it holds.</summary>
/// <param name="Fixed">Whatever the routing.</param>
/// <param name="PerRow">For each received row.</param>
/// <param name="PerExpert">For each expert of the rank.</param>
public readonly record struct Amount(long Fixed, long PerRow = 0, long PerExpert = 0)
{
    /// <summary>No part depends on routing or on the number of experts.</summary>
    public bool IsFixed => PerRow == 0 && PerExpert == 0;

    /// <summary>The quantity at <paramref name="rows"/> received rows and <paramref name="experts"/> experts of the rank.</summary>
    /// <exception cref="OverflowException">It exceeds 2^63 − 1.</exception>
    public long At(long rows, int experts) => checked(Fixed + PerRow * rows + PerExpert * experts);

    /// <summary>Every part times a factor.</summary>
    public static Amount operator *(Amount a, long factor) => checked(new(a.Fixed * factor, a.PerRow * factor, a.PerExpert * factor));

    /// <summary>Adds part by part.</summary>
    public static Amount operator +(Amount a, Amount b) => checked(new(a.Fixed + b.Fixed, a.PerRow + b.PerRow, a.PerExpert + b.PerExpert));
}
