using System.Collections.Concurrent;
using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

/// <summary>Short runs of a cluster, for tests.</summary>
internal static class Ranks
{
    /// <summary>Runs a body on every rank of World and returns what each rank made.</summary>
    public static T[] Run<T>(int ranks, Func<ICommunicator, T> body)
    {
        using var cluster = new EmulatedCluster(ranks);
        var results = new T[ranks];
        cluster.Run(rank => results[rank] = body(cluster.World(rank)));
        return results;
    }

    /// <summary>Runs a body that fails and returns the caller's exception and what each rank saw.</summary>
    public static (ClusterException Caller, IReadOnlyDictionary<int, Exception> Seen) RunFailing(EmulatedCluster cluster, Action<int> body)
    {
        var seen = new ConcurrentDictionary<int, Exception>();
        var caller = Assert.Throws<ClusterException>(() => cluster.Run(rank =>
        {
            try
            {
                body(rank);
            }
            catch (Exception exception)
            {
                seen[rank] = exception;
                throw;
            }
        }));
        return (caller, seen);
    }

    /// <summary>Floats of very different sizes, so that another order of summation gives other bits.</summary>
    public static float[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 5))))];
    }

    /// <summary>The halving rule, one element at a time.</summary>
    public static float Tree(ReadOnlySpan<float> leaves)
    {
        if (leaves.Length % 2 == 0)
            return Tree(leaves[..(leaves.Length / 2)]) + Tree(leaves[(leaves.Length / 2)..]);
        float sum = leaves[0] + 0f;
        foreach (float leaf in leaves[1..])
            sum += leaf;
        return sum;
    }

    /// <summary>The halving rule over the values of the ranks, for each element.</summary>
    public static float[] Tree(float[][] ranks) => [.. Enumerable.Range(0, ranks[0].Length).Select(i => Tree([.. ranks.Select(values => values[i])]))];

    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (int i = 0; i < bits.Length; i++)
            bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }
}
