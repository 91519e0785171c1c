using System.Globalization;

namespace Shardwright.Hardware.Reports;

/// <summary>Holds a model's plan against its budgets.</summary>
public static class BudgetCheck
{
    private const int MostCauses = 3;

    /// <summary>The budgets that are exceeded, in the order of <see cref="BudgetLimits"/>. A value equal to its limit is within it.</summary>
    public static IReadOnlyList<BudgetBreach> Of(BuildReport report, BudgetLimits limits)
    {
        var breaches = new List<BudgetBreach>();
        string model = report.Plan.Model, machine = report.Summary.Machine.Name + (report.Summary.Machine.IsCalibrated ? "" : " (uncalibrated)");
        if (limits.HbmPercent is { } hbm && report.PeakShare * 100 > hbm)
            Add(BudgetLimits.HbmSetting, $"a step of {model} needs {ScaleText.Bytes(report.PeakBytes)} of the {ScaleText.Bytes(report.CapacityBytes)} that a rank of {machine} has, {Digits(report.PeakShare * 100)} %; the budget is {Digits(hbm)} %", Memory(report));
        if (limits.StepMilliseconds is { } step && report.Summary.Picoseconds > step * 1e9)
            Add(BudgetLimits.StepSetting, $"a step of {model} takes {Digits(report.Summary.Picoseconds * 1e-9)} ms on {machine}; the budget is {Digits(step)} ms", Statements(report, operation => operation.StepPicoseconds));
        if (limits.ExposedPercent is { } exposed && report.Summary.ExposedShare * 100 > exposed)
            Add(BudgetLimits.ExposedSetting, $"a step of {model} waits for communication {Digits(report.Summary.ExposedShare * 100)} % of its time on {machine}; the budget is {Digits(exposed)} %", Statements(report, operation => operation.ExposedPicoseconds));
        if (limits.JoulesPerToken is { } joules && report.JoulesPerToken > joules)
            Add(BudgetLimits.JoulesSetting, $"the chips of {machine} draw {Digits(report.JoulesPerToken)} J a token for a step of {model}; the budget is {Digits(joules)} J", Statements(report, operation => Joules(report, operation)));
        return breaches;

        void Add(string setting, string got, IEnumerable<BudgetCause> all)
        {
            var causes = all.OrderByDescending(cause => cause.Share).ThenBy(cause => cause.Text, StringComparer.Ordinal).Take(MostCauses).ToList();
            breaches.Add(new(setting, $"{got}. Largest causes: {string.Join("; ", causes)}", causes.Select(cause => cause.Source).FirstOrDefault(source => source is not null) ?? report.Plan.Source, causes));
        }
    }

    /// <summary>Statements by the line that they come from, forward and backward together.</summary>
    private static IEnumerable<BudgetCause> Statements(BuildReport report, Func<ReportOperation, double> amount)
    {
        double total = report.Operations.Sum(amount);
        return report.Operations.GroupBy(operation => operation.Op.Place is { } place ? (place.File, place.Line, place.Text) : ("", 0, operation.Op.Name))
            .Select(line => new BudgetCause(line.Key.Item3, line.First().Op.Place, total == 0 ? 0 : line.Sum(amount) / total)).Where(cause => cause.Share > 0);
    }

    /// <summary>Buffers at the peak by the line that makes or declares them: a parameter with its gradient and optimizer state.</summary>
    private static IEnumerable<BudgetCause> Memory(BuildReport report) =>
        report.Memory.AtPeak.GroupBy(buffer => buffer.Buffer.Source is { } source ? (source.File, source.Line, source.Text) : ("", 0, buffer.Buffer.Name)).Select(line => new BudgetCause(
            $"{line.Key.Item3} ({string.Join(", ", line.Select(buffer => ReportText.Class(buffer.Buffer.Class)).Distinct())})", line.First().Buffer.Source, line.Sum(buffer => buffer.Bytes) / (double)report.PeakBytes));

    /// <summary>What a statement draws: its work on all ranks, and the chips' static power while it adds to the step's time.</summary>
    private static double Joules(BuildReport report, ReportOperation operation)
    {
        var (power, estimate) = (report.Summary.Machine.Power, operation.Estimate);
        var format = estimate.Op.Work.Products.Count == 0 ? OperandFormat.Float32 : estimate.Op.Work.Products[0].Format;
        double work = power.JoulesPerFlop[(int)format] * estimate.Times.Flops + power.JoulesPerHbmByte * estimate.Times.HbmBytes + power.JoulesPerLinkByte * operation.LinkBytes;
        return report.Summary.ChipEnergy.Static * operation.StepPicoseconds / Math.Max(1, report.Summary.Picoseconds) + work * estimate.Runs * report.Plan.Placement.Data;
    }

    /// <summary>Four digits; very small and very large numbers with an exponent.</summary>
    private static string Digits(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
