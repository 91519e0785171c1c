using Shardwright.Hardware.Reports;
using static Shardwright.Hardware.Tests.Steps;

namespace Shardwright.Hardware.Tests.Reports;

/// <summary>What the pictures of a step show adds up to what its clock says.</summary>
public sealed class StepReportTests
{
    public static TheoryData<string, int, int, bool> Cases => new()
    {
        { "trn2.48xlarge", 4, 4, true }, { "trn2.48xlarge", 64, 8, true }, { "trn2.48xlarge", 64, 8, false }, { "trn2.48xlarge", 512, 8, true }, { "trn1.32xlarge", 32, 2, true }, { "dgx-h100", 16, 8, false }, { "dgx-h100", 1, 1, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_AnyMesh_AddsUp(string machine, int data, int expert, bool innermost)
    {
        var (report, clock, costs) = Report(Plan(Routed(layers: 5), new(data, expert, innermost)), MachineCatalog.Get(machine));

        Assert.Equal(clock.Now, report.Summary.Picoseconds);
        Assert.Equal(clock.Now, report.Timeline.End);
        for (int engine = 0; engine < 6; engine++)
            Assert.Equal(clock.Busy((Engine)engine), report.Timeline.Busy[1 + engine]);
        for (int lane = 0; lane < 7; lane++)
            Assert.Equal(report.Timeline.Busy[lane], report.Timeline.Bars.Where(bar => bar.Lane == lane).Sum(bar => bar.End - bar.Start));
        Assert.All(report.Timeline.Bars, bar => Assert.InRange(bar.End, bar.Start, clock.Now));
        Assert.Equal(clock.Now, report.Parts.Sum(part => part.Picoseconds));
        Assert.Equal(clock.Exposed, report.Parts.Where(part => part.IsExposed).Sum(part => part.Picoseconds));
        Assert.Equal(clock.Exposed, report.Operations.Sum(operation => operation.ExposedPicoseconds));
        Assert.Equal(clock.Now, report.Operations.Sum(operation => operation.StepPicoseconds));
        Assert.Equal(data == 1 ? 0 : clock.Exposed, report.Collectives.Sum(use => use.ExposedPicoseconds));
        foreach (var kind in report.Collectives.GroupBy(use => use.Kind))
            Assert.Equal(clock.Collective(kind.Key), kind.Sum(use => use.Picoseconds));
        Assert.Equal(clock.Work.LinkBytes, report.Collectives.Sum(use => use.LinkBytes));
        Assert.Equal(data * clock.Work.LinkBytes, report.Matrix.Bytes.Sum(row => row.Sum()));
        Assert.Equal(clock.Flops, report.Roofline.Points.Sum(point => point.Operation.Estimate.Times.Flops * point.Operation.Estimate.Runs));
        Assert.Equal(1, report.Operations.Sum(operation => operation.TimeShare), 12);
        Assert.Equal(report.Summary.ChipJoules, report.Summary.ChipEnergy.Static + report.Summary.ChipEnergy.Products + report.Summary.ChipEnergy.Hbm + report.Summary.ChipEnergy.Links, 12);
        Assert.Equal(expert > 1 && expert < data, report.OtherPlacementPicoseconds is not null);
    }

    [Fact]
    public void Parts_OfAStepThatAReaderCanAddUp_AreThese()
    {
        // 11 µs, an all-reduce that a statement of 12 µs does not need, one of 11 µs that does.
        var program = Program(Move(0, 1, [0], [1]), Reduce(1, 8_000_000, 1), Move(2, 2, [0], [2]), Move(3, 1, [1], [1]));
        var (report, clock, costs) = Report(Plan(program, new(4, 1)), TestMachines.Plain());
        long reduction = costs.Collective(1, default).Picoseconds;
        Assert.True(reduction > 12 * Microsecond);

        Assert.Equal([("forward", false, 34 * Microsecond), ("AllReduce", true, reduction - 12 * Microsecond)], report.Parts.Where(part => part.Picoseconds > 0).Select(part => (part.Name, part.IsExposed, part.Picoseconds)));
        Assert.Equal([(0, 0, 0), (0, 5, 10), (1, 6, 11), (2, 0, 11), (2, 5, 21)], report.Timeline.Bars.Take(5).Select(bar => (bar.Operation, bar.Lane, (int)(bar.Start / Microsecond))));
        Assert.Equal(11 * Microsecond + reduction, report.Timeline.Bars[5].Start);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(200)]
    [InlineData(2000)]
    public void Bars_OfManyLayers_AreFewAndTheRestIsNamed(int layers)
    {
        var (report, clock, _) = Report(Plan(Routed(layers), new(64, 8)), MachineCatalog.Get("trn2.48xlarge"));

        // Eleven bars of three statements and two exchanges a layer; two micro-batches of a reduction; the update.
        var timeline = report.Timeline;
        Assert.InRange(timeline.Bars.Count, 1, 2000);
        long shown = timeline.Bars.Count, hidden = timeline.Omitted.Sum(gap => (long)gap.Bars);
        int perLayer = timeline.Bars.Count(bar => bar.Iteration == "microBatch 0 · block 0");
        Assert.Equal(2L * layers * perLayer + timeline.Bars.Count(bar => bar.Iteration is "microBatch 0" or "microBatch 1" or ""), shown + hidden);
        Assert.All(timeline.Omitted, gap => Assert.InRange(gap.End, gap.Start, clock.Now));
        if (layers == 3)
            Assert.Empty(timeline.Omitted);
        else
            Assert.Equal(layers == 200 ? $"microBatch 0 · block 1 to {layers / 2 - 1}" : "microBatch 0 · block 1 to 999", timeline.Omitted[0].Description);
        Assert.Equal(clock.Busy(Engine.Dma), timeline.Busy[5]);
    }

    [Fact]
    public void Bars_OfAVeryLongProgram_AreTheLongest()
    {
        var program = Program([.. Enumerable.Range(0, 5000).Select(i => Move(i, 1 + i % 1000, [0], [0]))]);
        var (report, clock, _) = Report(Plan(program, new(1, 1)), TestMachines.Plain());

        Assert.InRange(report.Timeline.Bars.Count, 1500, 2000);
        Assert.All(report.Timeline.Bars, bar => Assert.True(bar.End - bar.Start >= 600 * Microsecond));
        Assert.Equal(10_000, report.Timeline.Bars.Count + report.Timeline.Omitted.Sum(gap => gap.Bars));
        Assert.Equal(clock.Now, report.Timeline.Busy[0]);
    }

    [Fact]
    public void Experts_WithoutATrace_AreEven()
    {
        var (report, _, _) = Report(Plan(Routed(), new(4, 4)), MachineCatalog.Get("trn2.48xlarge"));

        var experts = Assert.Single(report.Experts);
        // 256 tokens a rank, two choices, four ranks, eight experts.
        Assert.Equal([Enumerable.Repeat(256L, 8)], experts.Rows);
        Assert.Equal([1.0], experts.Factors);
        Assert.Equal((null, null), (experts.Trace, experts.Picoseconds));
    }

    [Fact]
    public void Experts_WithATrace_HaveItsProportionsAndTheStepIsSlower()
    {
        var plan = Plan(Routed(), new(4, 4));
        var machine = MachineCatalog.Get("trn2.48xlarge");

        var experts = Assert.Single(BuildReport.Of(plan, machine, new RecordedLoad([[3, 1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1, 1, 1]]), "trace.json").Experts);

        Assert.Equal([[768L, 256, 256, 256, 256, 256, 0, 0], Enumerable.Repeat(256L, 8)], experts.Rows);
        Assert.Equal([2.0, 1.0], experts.Factors);
        Assert.True(experts.Picoseconds > BuildReport.Of(plan, machine).Summary.Picoseconds);
        Assert.Equal("trace.json", experts.Trace);
    }

    [Fact]
    public void Of_ATraceOfOtherExperts_SaysWhatIsNeeded() => Assert.Contains("the trace has 2 experts, 'Blocks[*].Experts' has 8",
        Assert.Throws<ScaleException>(() => BuildReport.Of(Plan(Routed(), new(4, 4)), MachineCatalog.Get("trn2.48xlarge"), new RecordedLoad([[1, 1]]), "t")).Message, StringComparison.Ordinal);

    internal static PlanDocument Plan(TimedProgram program, MeshPlacement placement) => new()
    {
        Model = "My.Model",
        Source = new("Model.cs", 5, "Model"),
        Placement = placement,
        Batch = placement.Data,
        TokensPerSequence = 256,
        MicroBatches = 1,
        Target = MachineCatalog.Default,
        PlannedPicoseconds = 1,
        Memory = new(default, default, default, 0, [.. program.Sites.Select(_ => 0)], [.. program.Sites.Select(_ => 0)], 0),
        Program = program,
    };

    private static (BuildReport Report, RankClock Clock, ProgramCosts Costs) Report(PlanDocument plan, Machine machine)
    {
        var costs = new ProgramCosts(plan.Program, machine, plan.Placement);
        return (BuildReport.Of(plan, machine), ProgramWalk.Balanced(costs), costs);
    }
}
