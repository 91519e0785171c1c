using Shardwright;
using Shardwright.Hardware;

namespace SparseLanguage.Training;

/// <summary>
/// The run's last step on the machine that the model was compiled for. Times in milliseconds, bytes and FLOPs of all ranks. <paramref name="Calibration"/> says what the machine's predictions were held against; null when no public
/// measurement covers it. Engine, exposed and waiting times are means of the ranks.
/// </summary>
public sealed record EmulatedSummary(
    string Machine,
    string Mesh,
    string? Calibration,
    double PredictedMilliseconds,
    double EmulatedMilliseconds,
    IReadOnlyDictionary<Engine, double> EngineMilliseconds,
    double ExposedMilliseconds,
    double WaitingMilliseconds,
    long Flops,
    long HbmBytes,
    long LinkBytes,
    double Mfu,
    double Joules,
    double? Dollars,
    double? TokensPerDollar,
    double? TokensPerKilowattHour)
{
    /// <summary>What the engines are called on the machine.</summary>
    public IReadOnlyList<string> EngineNames { get; init; } = Enum.GetNames<Engine>();

    private const double Millisecond = 1e9;     // picoseconds

    /// <summary>Copies what the trainer's one report would lose with the next step.</summary>
    public static EmulatedSummary Of(EmulatedStep step) => new(
        step.Machine.Name, step.Placement.ToString(), step.Machine.Calibration,
        step.PlannedPicoseconds / Millisecond, step.Picoseconds / Millisecond,
        Enum.GetValues<Engine>().ToDictionary(engine => engine, engine => step.EnginePicoseconds(engine) / Millisecond),
        step.ExposedPicoseconds / Millisecond, step.WaitingPicoseconds / Millisecond,
        step.Flops, step.HbmBytes, step.LinkBytes, step.Mfu,
        step.Joules, step.Dollars, step.Summary.Cost?.TokensPerDollar, step.Summary.Cost?.TokensPerKilowattHour)
    {
        EngineNames = step.Machine.EngineNames,
    };
}
