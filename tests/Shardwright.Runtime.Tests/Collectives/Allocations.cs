namespace Shardwright.Runtime.Tests;

/// <summary>The allocation counter covers the whole process, so tests that read it run while no other test does.</summary>
[CollectionDefinition(nameof(Allocations), DisableParallelization = true)]
public sealed class AllocationsCollection;

internal static class Allocations
{
    /// <summary>
    /// Managed bytes allocated by all threads while the action runs, the least of a few tries: the counter covers the whole process, so the test runner's own threads can add to one try.
    /// </summary>
    public static long Of(Action action)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            action();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        return least;
    }
}
