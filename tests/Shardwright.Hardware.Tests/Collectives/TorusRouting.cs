namespace Shardwright.Hardware.Tests;

/// <summary>
/// Routes an all-to-all on a torus message by message: dimension after dimension on the shortest way, half each way where both are equally long. The send buffer of a rank is 1. Independent of any formula.
/// </summary>
public static class TorusRouting
{
    /// <summary>Load of the busiest link, and of all links together a rank.</summary>
    public static (double Busiest, double PerRank) Loads(int[] dimensions, bool wraps)
    {
        int ranks = dimensions.Aggregate(1, (a, b) => a * b);
        double[,,] links = new double[ranks, dimensions.Length, 2];
        for (int from = 0; from < ranks; from++)
        {
            for (int to = 0; to < ranks; to++)
                Send(links, dimensions, wraps, Digits(from, dimensions), Digits(to, dimensions), 1.0 / ranks);
        }
        return (links.Cast<double>().Max(), links.Cast<double>().Sum() / ranks);
    }

    private static void Send(double[,,] links, int[] dimensions, bool wraps, int[] at, int[] to, double amount)
    {
        for (int dimension = 0; dimension < dimensions.Length; dimension++)
        {
            int size = dimensions[dimension];
            int forward = (to[dimension] - at[dimension] + size) % size;
            if (!wraps)
                Walk(links, dimensions, dimension, at, Math.Abs(to[dimension] - at[dimension]), to[dimension] > at[dimension] ? 1 : -1, amount);
            else if (2 * forward == size)
            {
                Walk(links, dimensions, dimension, at, forward, 1, amount / 2);
                Walk(links, dimensions, dimension, at, forward, -1, amount / 2);
            }
            else
                Walk(links, dimensions, dimension, at, Math.Min(forward, size - forward), 2 * forward < size ? 1 : -1, amount);
            at[dimension] = to[dimension];
        }
    }

    private static void Walk(double[,,] links, int[] dimensions, int dimension, int[] from, int steps, int direction, double amount)
    {
        int[] at = [.. from];
        for (int step = 0; step < steps; step++)
        {
            links[Number(at, dimensions), dimension, direction > 0 ? 0 : 1] += amount;
            at[dimension] = (at[dimension] + direction + dimensions[dimension]) % dimensions[dimension];
        }
    }

    private static int[] Digits(int number, int[] dimensions)
    {
        int[] digits = new int[dimensions.Length];
        for (int i = 0; i < dimensions.Length; i++, number /= dimensions[i - 1])
            digits[i] = number % dimensions[i];
        return digits;
    }

    private static int Number(int[] digits, int[] dimensions)
    {
        int number = 0;
        for (int i = dimensions.Length - 1; i >= 0; i--)
            number = number * dimensions[i] + digits[i];
        return number;
    }
}
