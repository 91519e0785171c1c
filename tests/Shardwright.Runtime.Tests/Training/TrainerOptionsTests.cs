using Shardwright.Hardware;

namespace Shardwright.Runtime.Tests;

public sealed class TrainerOptionsTests
{
    public static TheoryData<TrainerOptions, string> Invalid { get; } = new()
    {
        { new() { RanksPerCore = -1 }, "TrainerOptions.RanksPerCore: got -1, need a number ≥ 0" },
        { new() { RanksPerCore = 2, Threads = 3 }, "TrainerOptions.RanksPerCore: got 2, need 0 where Threads is 3" },
        { new() { ForceBalance = true, ReplayRouting = "routes" }, "got 2 of Routing, ForceBalance and ReplayRouting, need at most one" },
        { new() { LearningRate = -1 }, "TrainerOptions.LearningRate: got -1, need a finite number ≥ 0." },
        { new() { LearningRate = float.NaN }, "TrainerOptions.LearningRate: got NaN" },
        { new() { Beta1 = 1 }, "TrainerOptions.Beta1: got 1, need a number in [0, 1)." },
        { new() { Beta2 = -0.5f }, "TrainerOptions.Beta2: got -0.5" },
        { new() { Epsilon = 0 }, "TrainerOptions.Epsilon: got 0" },
        { new() { WeightDecay = float.PositiveInfinity }, "TrainerOptions.WeightDecay: got" },
        { new() { ClipNorm = 0 }, "TrainerOptions.ClipNorm: got 0" },
        { new() { WarmupSteps = -1 }, "TrainerOptions.WarmupSteps: got -1" },
        { new() { DecaySteps = -2 }, "TrainerOptions.DecaySteps: got -2" },
        { new() { FinalLearningRateFraction = 1.5f }, "TrainerOptions.FinalLearningRateFraction: got 1.5, need a number in [0, 1]." },
        { new() { HbmBytesPerRank = 0 }, "TrainerOptions.HbmBytesPerRank: got 0" },
        { new() { Threads = -1 }, "TrainerOptions.Threads: got -1" },
        { new() { Heartbeat = TimeSpan.FromSeconds(-1) }, "TrainerOptions.Heartbeat: got -00:00:01" },
    };

    [Theory, MemberData(nameof(Invalid))]
    public void Trainer_InvalidOption_NamesItGotAndNeed(TrainerOptions options, string message)
        => Assert.Contains(message, Assert.Throws<ArgumentException>(() => new TinyTrainer(1, 1, options)).Message);

    [Fact]
    public void Hbm_OfTheDefaultTarget_IsATrn2LogicalCores() => Assert.Equal(96L * 1024 * 1024 * 1024 / 4, MachineCatalog.Get(MachineCatalog.Default).Rank.HbmBytes);
}
