namespace Shardwright.Execution;

/// <summary>Work on independent rows, elements, heads or tiles; a range of them is one work item.</summary>
internal interface IRangeWork
{
    void Run(nint begin, nint end);
}

internal static unsafe class Ranges
{
    // 64 KiB of float32 an item: some microseconds of work, large against the price of handing it over.
    private const int ElementsPerItem = 16384;

    /// <summary>Splits <paramref name="count"/> independent units of <paramref name="elementsEach"/> elements over the rank's threads.</summary>
    public static void For<TWork>(TWork work, nint count, nint elementsEach)
        where TWork : unmanaged, IRangeWork
        => Split(work, count, Math.Max(1, ElementsPerItem / Math.Max(1, elementsEach)));

    /// <summary>Splits <paramref name="count"/> independent units into items of <paramref name="grain"/> units.</summary>
    public static void Split<TWork>(TWork work, nint count, nint grain)
        where TWork : unmanaged, IRangeWork
    {
        if (count <= 0)
            return;
        var pool = WorkPool.Current;
        if (pool is null || pool.Threads == 1 || count <= grain)
        {
            work.Run(0, count);
            return;
        }

        var job = new Job<TWork> { Work = work, Count = count, Grain = grain };
        pool.Run((int)((count + grain - 1) / grain), &RunItem<TWork>, (nint)(&job));
    }

    private static void RunItem<TWork>(nint state, int item)
        where TWork : unmanaged, IRangeWork
    {
        var job = (Job<TWork>*)state;
        var begin = item * job->Grain;
        job->Work.Run(begin, Math.Min(begin + job->Grain, job->Count));
    }

    private struct Job<TWork>
    {
        public TWork Work;
        public nint Count;
        public nint Grain;
    }
}
