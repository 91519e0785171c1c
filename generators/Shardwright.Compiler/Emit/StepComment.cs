using System.Globalization;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Emit;

/// <summary>What a step costs on the target, in the lines above the emitted program.</summary>
public static class StepComment
{
    public static IEnumerable<string> Lines(ModelPlan plan)
    {
        var (summary, estimate) = (plan.Estimate!.Summary, plan.Estimate);
        var machine = summary.Machine;
        long peak = plan.WorkspaceOffset + plan.Program(ProgramKind.Train).PeakBytes;
        yield return $"A step on {machine.Name}{(machine.IsCalibrated ? "" : " (uncalibrated: no public measurement covers it)")}, at even load, {summary.Chips} {(summary.Chips == 1 ? "chip" : "chips")}, {summary.Placement}{Other(estimate.Other)}:";
        yield return $"{StatementPrinter.Duration(summary.Picoseconds)}, of which {Percent(summary.ExposedShare)} waits for communication; {Number(summary.Flops / 1e9)} GFLOP, {CodeWriter.Bytes((long)summary.HbmBytes)} of HBM traffic, {CodeWriter.Bytes((long)summary.LinkBytes)} over links; "
            + $"MFU {Percent(summary.Mfu)}{(summary.RecomputedFlops > 0 ? $", HFU {Percent(summary.Hfu)} with what is recomputed" : "")}; peak {CodeWriter.Bytes(peak)} of {CodeWriter.Bytes(machine.Rank.HbmBytes)} a rank; {Number(summary.ChipJoules)} J{Dollars(summary.Cost?.Dollars)}.";
    }

    static string Other(long? other) => other is { } time ? $" (the other way round {StatementPrinter.Duration(time)})" : "";

    static string Dollars(double? dollars) => dollars is { } price ? $", {Number(price)} US$" : "";

    static string Percent(double share) => Number(100 * share) + " %";

    static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
