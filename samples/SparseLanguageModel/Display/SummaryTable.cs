using System.Globalization;
using SparseLanguage.Training;
using Spectre.Console;

namespace SparseLanguage.Display;

/// <summary>The figures of a run as a table.</summary>
public static class SummaryTable
{
    public static void Write(IAnsiConsole console, TrainingSummary summary, bool interrupted)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false }.AddColumn("").AddColumn("");
        Row("steps", $"{summary.Steps}{(interrupted ? " (interrupted)" : "")}");
        Row("validation loss", $"{Loss(summary.ValidationLossBefore)} before, {Loss(summary.ValidationLossAfter)} after (nats/byte)");
        Row("trigram loss", $"{summary.TrigramLoss:F4}{Difference(summary)}");
        Row("speed", $"{summary.TokensPerSecond:F0} tokens/s on {summary.Ranks} ranks");
        Row("planned peak", $"{summary.PlannedPeakBytesPerRank:N0} bytes a rank; the live buffers alone need {summary.LiveLowerBoundBytesPerRank:N0}");
        Row("managed allocation", $"{summary.AllocatedBytesPerStep:N0} bytes a step");
        foreach (var (collective, bytes) in summary.BytesByCollective)
            Row(collective.ToString(), $"{bytes:N0} bytes between ranks in all");
        if (summary.Emulated is { } step)
            Emulated(step);
        console.Write(table);

        // Lines fit 80 columns.
        void Emulated(EmulatedSummary step)
        {
            Row("this step", $"on {step.Machine}{(step.Calibration is null ? " (uncalibrated)" : "")}:\npredicted {step.PredictedMilliseconds:F3} ms, emulated {step.EmulatedMilliseconds:F3} ms");
            Row("  engines busy", $"{Engines(step)} ms");
            Row("  communication", $"{step.ExposedMilliseconds:F3} ms exposed; {step.WaitingMilliseconds:F3} ms of waiting for ranks");
            Row("  energy, price", $"{step.Joules:G3} J (power estimated), {Price(step)}");
            Row("  MFU", $"{100 * step.Mfu:F2} % of the chips' published peak");
        }

        void Row(string name, FormattableString value) => table.AddRow(new Text(name), new Text(value.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Price(EmulatedSummary step) => step is { Dollars: { } dollars, TokensPerDollar: { } tokens }
        ? string.Create(CultureInfo.InvariantCulture, $"{dollars:G3} US$: {tokens / 1e6:F1} M tokens a dollar") : "no price published";

    private static string Engines(EmulatedSummary step) => string.Join(", ", step.EngineMilliseconds.Where(engine => engine.Value > 0)
        .Select(engine => string.Create(CultureInfo.InvariantCulture, $"{step.EngineNames[(int)engine.Key]} {engine.Value:F3}")));

    private static string Loss(float? loss) => loss?.ToString("F4", CultureInfo.InvariantCulture) ?? "not measured";

    private static string Difference(TrainingSummary summary)
        => summary.ValidationLossAfter is { } loss ? string.Create(CultureInfo.InvariantCulture, $", {Math.Abs(summary.TrigramLoss - loss):F4} {(loss <= summary.TrigramLoss ? "above" : "below")} the model's") : "";
}
