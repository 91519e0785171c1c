using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Hardware.Reports;

namespace Shardwright.Training.Tests.Harness;

/// <summary>What must hold for the build report of any model.</summary>
internal static class ReportCheck
{
    public static BuildReport Holds(ProgramPlan plan)
    {
        var document = PlanReader.Read(plan.Document!);
        var report = BuildReport.Of(document);
        var clock = ProgramWalk.Balanced(new(document.Program, document.Machine(), document.Placement));

        Assert.Equal(document.PlannedPicoseconds, report.Summary.Picoseconds);
        Assert.Equal(clock.Now, report.Timeline.End);
        for (int engine = 0; engine < 6; engine++)
            Assert.Equal(clock.Busy((Engine)engine), report.Timeline.Busy[1 + engine]);
        Assert.Equal(clock.Now, report.Parts.Sum(part => part.Picoseconds));
        Assert.Equal(clock.Exposed, report.Operations.Sum(operation => operation.ExposedPicoseconds));
        Assert.Equal(document.Placement.Data * clock.Work.LinkBytes, report.Matrix.Bytes.Sum(row => row.Sum()));
        // Every product is one that the user wrote; copies and zeros that the compiler puts in have no line.
        Assert.All(report.Operations.Where(operation => operation.Op.Work.Products.Count > 0), operation => Assert.NotNull(operation.Op.Place));
        Memory(plan, document, report);
        Assert.Empty(PlanSchema.Problems(BuildReportJson.Of([report], "tests")));
        return report;
    }

    /// <summary>The walk through the statements finds the peak that the runtime allocates, and the buffers that are live are those of the planner's own bound.</summary>
    private static void Memory(ProgramPlan plan, PlanDocument document, BuildReport report)
    {
        Assert.Equal(plan.BalancedPeakBytes, document.Memory.PeakBytes);
        Assert.Equal(plan.BalancedPeakBytes, report.Memory.PeakBytes);
        Assert.Equal(report.Memory.PeakBytes, report.Memory.Points.Max(point => point.Total));
        long parameters = Held(MemoryClass.Weights) + Held(MemoryClass.Gradients) + Held(MemoryClass.Optimizer), live = report.Memory.Points.Max(point => point.Total - point.Bytes[(int)MemoryClass.Unused]);
        Assert.InRange(parameters - Micro(), plan.PersistentBytes - 64 * 4 * plan.Parameters.Count, plan.PersistentBytes);
        // Blocks and buffers are rounded up to 64 bytes.
        Assert.InRange(live, parameters - Micro() + plan.LiveLowerBoundBytes - 64 * document.Buffers.Count, plan.PersistentBytes + plan.LiveLowerBoundBytes);

        long Held(MemoryClass kind) => report.Memory.Points[0].Bytes[(int)kind];

        long Micro() => document.Buffers.Where(buffer => buffer.Name == "gradients of one micro-batch").Sum(buffer => buffer.Bytes);
    }
}
