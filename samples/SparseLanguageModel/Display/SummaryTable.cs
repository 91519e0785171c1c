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
        console.Write(table);

        void Row(string name, FormattableString value) => table.AddRow(new Text(name), new Text(value.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Loss(float? loss) => loss?.ToString("F4", CultureInfo.InvariantCulture) ?? "not measured";

    private static string Difference(TrainingSummary summary)
        => summary.ValidationLossAfter is { } loss ? string.Create(CultureInfo.InvariantCulture, $", {Math.Abs(summary.TrigramLoss - loss):F4} {(loss <= summary.TrigramLoss ? "above" : "below")} the model's") : "";
}
