using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>Bits do not depend on how many threads work, which of them takes what, or on the run: losses, gradient norms and every parameter after a few steps.</summary>
public sealed class ThreadsAgreeTests
{
    const int Steps = 4;

    static readonly Lazy<TrainingRun> OneThread = new(() => Run(1, 1, threads: 1));

    [Theory]
    [InlineData(1, 1, 1)]       // the same run again
    [InlineData(1, 1, 2)]
    [InlineData(1, 1, 3)]
    [InlineData(1, 1, 7)]
    [InlineData(4, 2, 1)]
    [InlineData(4, 2, 7)]
    [InlineData(8, 8, 3)]
    [InlineData(8, 8, 0)]       // the machine's cores, shared by eight ranks
    public void Step_AnyNumberOfThreads_HasTheBitsOfOneThread(int data, int expert, int threads) =>
        TrainingRun.AssertSameBits(OneThread.Value, Run(data, expert, threads));

    [Theory]
    [InlineData(8, 8, 4)]
    [InlineData(4, 2, 1)]
    public void Step_OnCoresOfTheirOwn_HasTheBitsOfOneThread(int data, int expert, int ranksPerCore) =>
        TrainingRun.AssertSameBits(OneThread.Value, Run(data, expert, threads: 0, ranksPerCore));

    static TrainingRun Run(int data, int expert, int threads, int ranksPerCore = 0) =>
        TrainingRun.Of("Sample", (data, expert), Steps, new() { LearningRate = 1e-3f, Threads = threads, RanksPerCore = ranksPerCore });
}
