using Shardwright;

namespace SparseLanguage.Training;

/// <summary>
/// The figures of a run. Losses in nats per byte, one per step done; a validation loss is null when the run was interrupted before it was measured.
/// <paramref name="PlannedPeakBytesPerRank"/> holds for balanced routing; <paramref name="LiveLowerBoundBytesPerRank"/> is what no placement of the same buffers could go below, weights and optimizer state included in both.
/// <paramref name="AllocatedBytesPerStep"/> is measured over the middle third of the steps; <paramref name="BytesByCollective"/> are off-rank bytes of all steps and ranks together.
/// <paramref name="Emulated"/> is the last step in virtual time; null when no step ran.
/// </summary>
public sealed record TrainingSummary(
    int Steps,
    ulong Seed,
    int Ranks,
    IReadOnlyList<float> Losses,
    float? ValidationLossBefore,
    float? ValidationLossAfter,
    double TrigramLoss,
    double TokensPerSecond,
    long PlannedPeakBytesPerRank,
    long LiveLowerBoundBytesPerRank,
    long AllocatedBytesPerStep,
    IReadOnlyDictionary<Collective, long> BytesByCollective,
    EmulatedSummary? Emulated = null);
