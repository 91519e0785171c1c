using System.Globalization;
using AdaptiveExperts.Comparison;
using AdaptiveExperts.Models;
using Spectre.Console;

namespace AdaptiveExperts.Display;

/// <summary>The figures of both trainers beside each other.</summary>
public static class ClosingTable
{
    public static void Write(IAnsiConsole console, ComparisonResult result, bool interrupted)
    {
        if (result.Home.Steps.Count == 0)
        {
            console.Write(new Text("interrupted before the first step\n"));
            return;
        }
        var table = new Table { Border = TableBorder.Simple }.AddColumn($"{result.Home.Steps.Count} steps{(interrupted ? " (interrupted)" : "")}").AddColumn(result.Home.Name).AddColumn(result.Moving.Name);
        Row("step time, mean (emulated)", steps => $"{steps.Average(step => step.Emulated.TotalMilliseconds):F3} ms");
        Row("step time, p50 (emulated)", steps => $"{Median(steps.Select(step => step.Emulated.TotalMilliseconds)):F3} ms");
        Row("share of forced balance (emulated)", steps => $"{100 * steps.Average(step => step.ShareOfIdeal):F1} %");
        Row("energy a step (emulated)", steps => $"{steps.Average(step => step.Joules):F3} J");
        Row("busiest / mean rank, at home", steps => $"{steps.Average(step => step.ImbalanceAtHome):F3}");
        Row("busiest / mean rank, as placed", steps => $"{steps.Average(step => step.Imbalance):F3}");
        Row("replicas a step", steps => $"{steps.Average(step => step.Replicas):F1}");
        Row("weights and gradients moved a step", steps => $"{steps.Average(step => step.MovedBytes) / 1048576:F2} MiB");
        Row("planning a layer (measured)", steps => $"{Median(steps.Select(step => step.Planning.TotalMicroseconds)):F1} us");
        Row("speed (measured)", steps => $"{Speed(steps):F0} tokens/s");
        Row("first loss", steps => $"{steps[0].Loss:R}");
        Row("last loss", steps => $"{steps[^1].Loss:R}");
        console.Write(table);
        console.Write(new Text(string.Create(CultureInfo.InvariantCulture, $"{Losses(result)}\nEmulated on {result.Machine}, mesh {result.Mesh}; measured on this machine, where all ranks share its cores.\n")));

        void Row(string name, Func<IReadOnlyList<StepFigures>, FormattableString> value) => table.AddRow(new Text(name), Cell(result.Home, value), Cell(result.Moving, value));

        static Text Cell(TrainerResult trainer, Func<IReadOnlyList<StepFigures>, FormattableString> value) => new(value(trainer.Steps).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Replicas change where rows are computed and nothing else, so the first losses have the same bits; the order in which a weight's gradient is summed may differ, so later ones agree to rounding.</summary>
    private static string Losses(ComparisonResult result) => result.EqualLosses == result.Home.Steps.Count
        ? "Losses have the same bits in all steps."
        : string.Create(CultureInfo.InvariantCulture, $"Losses have the same bits in the first {result.EqualLosses} steps and differ by at most {result.LargestDifference:G2} after: gradients are summed instance by instance.");

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // The first step commits pages.
    private static double Speed(IReadOnlyList<StepFigures> steps) => Sizes.Batch * Sizes.Context / Median(steps.Skip(steps.Count > 1 ? 1 : 0).Select(step => step.Elapsed.TotalSeconds));
}
