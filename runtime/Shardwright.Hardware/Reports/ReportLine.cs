namespace Shardwright.Hardware.Reports;

/// <summary>A report in a line: the three numbers.</summary>
public static class ReportLine
{
    /// <summary><c>Model: 0.956 ms a step, MFU 3.1 %, peak HBM 92.77 MiB of 24.00 GiB a rank (0.4 %), on trn2.48xlarge</c>.</summary>
    public static string Of(BuildReport report)
    {
        var machine = report.Summary.Machine;
        return $"{report.Plan.Model}: {OpFormula.Time(report.Summary.Picoseconds)} a step, MFU {ScaleText.Percent(report.Summary.Mfu)}, peak HBM {ScaleText.Bytes(report.PeakBytes)} of {ScaleText.Bytes(report.CapacityBytes)} a rank ({ScaleText.Percent(report.PeakShare)}), "
            + $"on {machine.Name}{(machine.IsCalibrated ? "" : " (uncalibrated)")}";
    }
}
