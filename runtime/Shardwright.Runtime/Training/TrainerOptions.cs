using System.Runtime.CompilerServices;
using Shardwright.Hardware;

namespace Shardwright;

/// <summary>What a training run may vary without changing the compiled program. Invalid values give an <see cref="ArgumentException"/> when the trainer is created.</summary>
public sealed record TrainerOptions
{
    /// <summary>Seed of the initial values and of all random numbers.</summary>
    public ulong Seed { get; init; }

    /// <summary>Peak learning rate.</summary>
    public float LearningRate { get; init; } = 3e-4f;

    /// <summary>AdamW's decay of the first moment, in [0, 1).</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>AdamW's decay of the second moment, in [0, 1).</summary>
    public float Beta2 { get; init; } = 0.95f;

    /// <summary>AdamW's ε.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Decoupled weight decay; not applied to <c>[NoDecay]</c> parameters.</summary>
    public float WeightDecay { get; init; } = 0.1f;

    /// <summary>Largest global gradient norm when the program clips.</summary>
    public float ClipNorm { get; init; } = 1f;

    /// <summary>Steps of linear warm-up from 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Steps of cosine decay after the warm-up; 0 keeps the rate constant.</summary>
    public int DecaySteps { get; init; }

    /// <summary>Fraction of <see cref="LearningRate"/> at which the cosine ends.</summary>
    public float FinalLearningRateFraction { get; init; } = 0.1f;

    /// <summary>Device memory of a rank in bytes; null for that of a rank of <see cref="Machine"/>, or of the machine that the model was compiled for.</summary>
    public long? HbmBytesPerRank { get; init; }

    /// <summary>
    /// Threads that run at once, per rank; 0 takes as many for all ranks together as this process has cores. Ranks share them as they need them: what one rank does not use, the others do. Results do not
    /// depend on it.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Ranks that have one core to themselves and take turns on it, in the order of ranks, as if the core were a device: uneven ranks then cost time on this machine too. Where the process has fewer cores than that needs, cores are threads that share them.
    /// 0 shares all cores, see <see cref="Threads"/>. Results do not depend on it.
    /// </summary>
    public int RanksPerCore { get; init; }

    /// <summary>Whether products read replicas from the rank's own slots even where the expert's home has packed the same matrix: for tests, which could not see wrong slots otherwise.</summary>
    internal bool PacksReplicasItself { get; init; }

    /// <summary>A rank without progress for this long is reported as stalled. Zero switches this off, as does a debugger.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether every step is timed on the target (<see cref="StepReport.Emulated"/>). It costs about a per cent of the speed.</summary>
    public bool Clock { get; init; } = true;

    /// <summary>Another machine than the one that the model was compiled for, for the clock and for the memory limit; null for that one.</summary>
    public Machine? Machine { get; init; }

    /// <summary>Forced or replayed routing; null routes by top-k.</summary>
    public RoutingSource? Routing { get; init; }

    /// <summary>
    /// Whether the copies of every rank go to the experts in turn, so that each gets the same number, ± 1, instead of where routers send them: the ideal that a real load is held against. In every pass, also of Evaluate and Forward. Losses then mean nothing.
    /// </summary>
    public bool ForceBalance { get; init; }

    /// <summary>
    /// A file of <see cref="Trainer.RecordRouting"/> whose counts decide how many copies go from each rank to each expert, instead of the routers: step n is step n of the recording, from the start again behind its end. For studies of time, memory and placement; losses
    /// then mean nothing. Expert groups, layers, k, micro-batches and tokens must be those of the recording, and the mesh's ranks must divide its ranks. Evaluate and Forward are left to the routers.
    /// </summary>
    public string? ReplayRouting { get; init; }

    /// <summary>
    /// Another planner for expert groups that are not <see cref="Placement.Static"/>; null for the placement's own. Every rank makes one for each group and must come to the same plans: a function of the counts alone. With
    /// <see cref="Placement.Exact"/> its plans must give every rank the same number of rows.
    /// </summary>
    public Func<ExpertLayout, PlacementPlanner>? Planner { get; init; }

    internal void Validate()
    {
        Require(float.IsFinite(LearningRate) && LearningRate >= 0, LearningRate, "a finite number ≥ 0");
        Require(Beta1 is >= 0 and < 1, Beta1, "a number in [0, 1)");
        Require(Beta2 is >= 0 and < 1, Beta2, "a number in [0, 1)");
        Require(float.IsFinite(Epsilon) && Epsilon > 0, Epsilon, "a finite number > 0");
        Require(float.IsFinite(WeightDecay) && WeightDecay >= 0, WeightDecay, "a finite number ≥ 0");
        Require(ClipNorm > 0, ClipNorm, "a number > 0 (float.PositiveInfinity never clips)");
        Require(WarmupSteps >= 0, WarmupSteps, "a number ≥ 0");
        Require(DecaySteps >= 0, DecaySteps, "a number ≥ 0 (0 keeps the rate constant)");
        Require(FinalLearningRateFraction is >= 0 and <= 1, FinalLearningRateFraction, "a number in [0, 1]");
        Require(HbmBytesPerRank is null or > 0, HbmBytesPerRank ?? 0, "a number of bytes > 0", nameof(HbmBytesPerRank));
        Require(Threads >= 0, Threads, "a number ≥ 0 (0 shares the cores)");
        Require(RanksPerCore >= 0, RanksPerCore, "a number ≥ 0 (0 shares all cores)");
        Require(RanksPerCore == 0 || Threads == 0, RanksPerCore, $"0 where Threads is {Threads}: ranks share threads, or have a core of their own");
        int deciders = (Routing is null ? 0 : 1) + (ForceBalance ? 1 : 0) + (ReplayRouting is null ? 0 : 1);
        Require(deciders <= 1, $"{deciders} of Routing, ForceBalance and ReplayRouting", "at most one", nameof(Routing));
        Require(Heartbeat >= TimeSpan.Zero, Heartbeat, "a time ≥ 0 (zero switches it off)");
    }

    private static void Require(bool holds, object got, string need, [CallerArgumentExpression(nameof(got))] string name = "")
    {
        if (!holds)
            throw new ArgumentException(FormattableString.Invariant($"TrainerOptions.{name}: got {got}, need {need}."), name);
    }
}
