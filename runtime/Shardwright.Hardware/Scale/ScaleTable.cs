using System.Globalization;
using System.Text;

namespace Shardwright.Hardware;

/// <summary>A study as text: a table, then its assumptions, then what did not fit.</summary>
public static class ScaleTable
{
    private static readonly string[] Heads = ["chips", "expert", "sharding", "step", "tokens/s", "MFU", "exposed", "HBM a rank", "tokens/$", "tokens/kWh"];

    /// <summary>The text; lines end with <c>\n</c>.</summary>
    /// <param name="plan">The compiled plan.</param>
    /// <param name="machine">The machine that was asked about.</param>
    /// <param name="points">The study.</param>
    public static string Of(PlanDocument plan, Machine machine, IReadOnlyList<ScalePoint> points)
    {
        var text = new StringBuilder();
        text.Append(FormattableString.Invariant($"{plan.Model} on {machine.Name}{(machine.IsCalibrated ? "" : " (uncalibrated)")}: a training step, {plan.TokensPerStep / plan.Placement.Data} tokens a rank\n"));
        var rows = points.Select(Row).Prepend(Heads).ToList();
        int[] widths = [.. Heads.Select((_, column) => rows.Max(row => column < row.Length ? row[column].Length : 0))];
        foreach (string[] row in rows)
            text.Append("  ").Append(string.Join("  ", row.Select((cell, column) => row.Length < Heads.Length && column == row.Length - 1 ? cell : cell.PadLeft(widths[column])))).Append('\n');
        foreach (string line in Notes(plan, machine, points))
            text.Append(line).Append('\n');
        foreach (var point in points.Where(point => point.Problem is not null))
            text.Append(FormattableString.Invariant($"{point.Chips} chips: {point.Problem}\n"));
        return text.ToString();
    }

    /// <summary>The first reason why a mesh of the study cannot exchange rows as the program does; null when all can.</summary>
    private static string? WhyNoVariableExchange(PlanDocument plan, Machine machine, IReadOnlyList<ScalePoint> points) =>
        !plan.Program.Ops.Any(op => op.Collective is { Exchange: RowExchange.Variable }) ? null
            : points.Where(point => point is { Step: not null, Mesh.Expert: > 1 }).Select(point => AllToAllLegality.WhyNotVariable(machine, point.Mesh!.Shape(machine, CollectiveGroup.ExpertPeers))).FirstOrDefault(why => why is not null);

    private static string[] Row(ScalePoint point) => point.Step is not { } step
        ? [point.Chips.ToString(CultureInfo.InvariantCulture), point.Mesh?.Expert.ToString(CultureInfo.InvariantCulture) ?? "-", point.Memory is null ? "-" : point.IsSharded ? "ZeRO-3" : "none",
            point.Memory is { } memory ? $"does not fit: {ScaleText.Bytes(memory.Peak)} a rank, see below" : "no such mesh, see below"]
        :
        [
            point.Chips.ToString(CultureInfo.InvariantCulture),
            point.Mesh!.Expert.ToString(CultureInfo.InvariantCulture),
            point.IsSharded ? "ZeRO-3" : "none",
            ScaleText.Duration(step.Picoseconds),
            ScaleText.Count(step.Cost.TokensPerSecond),
            ScaleText.Percent(step.Mfu),
            ScaleText.Percent((double)step.Exposed / step.Picoseconds),
            ScaleText.Bytes(point.Memory!.Peak),
            step.Cost.TokensPerDollar is { } tokens ? ScaleText.Count(tokens) : "-",
            ScaleText.Count(step.Cost.TokensPerKilowattHour),
        ];

    private static IEnumerable<string> Notes(PlanDocument plan, Machine machine, IReadOnlyList<ScalePoint> points)
    {
        yield return "Weak scaling: a rank keeps the tokens it was compiled with, the global batch grows with the ranks. exposed: share of the step in which engines wait for communication. Whole instances are paid"
            + (machine.DollarsPerInstanceHour is { } dollars ? FormattableString.Invariant($" at {dollars} US$ an hour") : "; no price is published for this machine") + ".";
        if (!machine.IsCalibrated)
            yield return $"{machine.Name} is uncalibrated: no public measurement of training covers it; its power figures are assumptions.";
        if (points.Any(point => point.IsSharded))
            yield return "ZeRO-3 is an assumption about a program that the compiler does not emit yet: parameters, gradients and optimizer state split over data ranks (experts over their replicas), a layer's parameters gathered while the "
                + "layer before it runs, forward and backward, and its gradients reduce-scattered behind its backward pass.";
        if (WhyNoVariableExchange(plan, machine, points) is { } reason)
            yield return $"The exchange of rows is timed as the all-to-all-v that the program asks for, which {machine.Name} may not offer: {reason}.";
        if (points.Any(point => point.LoadFactor.Most > 1))
            yield return "Uneven routing: " + string.Join("; ", points.Where(p => p.LoadFactor.Most > 1).GroupBy(p => p.Mesh!.Expert).Select(group =>
                FormattableString.Invariant($"expert = {group.Key}: max/mean {group.First().LoadFactor.Mean:F2} in the mean layer, {group.First().LoadFactor.Most:F2} in the worst"))) + ". Every expert group routes alike; ranks wait for their busiest peer.";
        if (points.Any(point => point.Chips > 1000))
            yield return FormattableString.Invariant($"A failure every {points.OrderByDescending(p => p.Chips).Select(p => Goodput.ClusterHours(machine.ChipHoursBetweenFailures, p.Chips)).First():F2} hours on {points.Max(p => p.Chips)} chips is not in these figures.");
    }
}
