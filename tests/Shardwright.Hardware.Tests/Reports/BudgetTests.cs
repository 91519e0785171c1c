using Shardwright.Hardware.Reports;
using static Shardwright.Hardware.Tests.Steps;

namespace Shardwright.Hardware.Tests.Reports;

public sealed class BudgetTests
{
    private static readonly BudgetLimits none = BudgetLimits.Parse("", " ", null, "");

    [Fact]
    public void Parse_OfNumbers_ReadsThemWhateverTheCulture() => Assert.Equal(new BudgetLimits(100, 12.5, 0, 1e-3), BudgetLimits.Parse("100", " 12.5 ", "0", "1e-3"));

    [Theory]
    [InlineData("much")]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("100.5")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("90%")]
    [InlineData("1,5")]
    [InlineData("1e999")]
    public void Parse_OfNoShare_SaysGotAndNeed(string text)
    {
        var error = Assert.Throws<BudgetException>(() => BudgetLimits.Parse(text, null, null, null));

        Assert.Equal("ShardwrightMaxHbmPercent", error.Setting);
        Assert.Equal($"got '{text}'; need a number above 0 and at most 100, per cent of a rank's device memory, such as 90", error.Message);
    }

    [Theory]
    [InlineData(null, "0", null, null, "ShardwrightMaxStepMilliseconds")]
    [InlineData(null, "fast", null, null, "ShardwrightMaxStepMilliseconds")]
    [InlineData(null, null, "101", null, "ShardwrightMaxExposedCommunicationPercent")]
    [InlineData(null, null, "-1", null, "ShardwrightMaxExposedCommunicationPercent")]
    [InlineData(null, null, null, "-0.1", "ShardwrightMaxJoulesPerToken")]
    public void Parse_OfABadValue_NamesItsProperty(string? hbm, string? step, string? exposed, string? joules, string setting) =>
        Assert.Equal(setting, Assert.Throws<BudgetException>(() => BudgetLimits.Parse(hbm, step, exposed, joules)).Setting);

    [Fact]
    public void Of_AStepWithinItsBudgets_IsEmpty()
    {
        var report = Report();

        Assert.Empty(BudgetCheck.Of(report, none));
        Assert.Empty(BudgetCheck.Of(report, new(report.PeakShare * 100, report.Summary.Picoseconds * 1e-9, report.Summary.ExposedShare * 100, report.JoulesPerToken)));
    }

    [Fact]
    public void Of_AStepAboveAllBudgets_NamesThreeCausesEach()
    {
        var report = Report();

        var breaches = BudgetCheck.Of(report, new(1e-9, 1e-9, 0, 1e-12));

        Assert.Equal(["ShardwrightMaxHbmPercent", "ShardwrightMaxStepMilliseconds", "ShardwrightMaxExposedCommunicationPercent", "ShardwrightMaxJoulesPerToken"], breaches.Select(breach => breach.Setting));
        Assert.All(breaches, breach => Assert.InRange(breach.Causes.Sum(cause => cause.Share), 1e-9, 1 + 1e-9));
        Assert.All(breaches, breach => Assert.Equal(breach.Causes.OrderByDescending(cause => cause.Share), breach.Causes));
        // 60 µs of two statements of one line, 30 µs, 20 µs and 11 µs of others; the rest is the exposed all-reduce, the largest.
        double step = report.Summary.Picoseconds;
        Assert.Equal([("Folder/C.cs", (step - 121 * Microsecond) / step), ("B.cs", 60 * Microsecond / step), ("A.cs", 30 * Microsecond / step)], breaches[1].Causes.Select(cause => (cause.Source?.File, cause.Share)));
        Assert.Equal("reduced", Assert.Single(breaches[2].Causes).Text);
        Assert.Equal(("Folder/C.cs", 9), (breaches[2].Source!.File, breaches[2].Source!.Line));
        Assert.Equal(("Largest", 0.8), (breaches[0].Causes[0].Text.Split(' ')[0], breaches[0].Causes[0].Share));
    }

    [Fact]
    public void Message_OfTheStep_HasGotLimitAndCausesWithFileLineAndShare()
    {
        var breach = Assert.Single(BudgetCheck.Of(Report(), none with { StepMilliseconds = 0.001 }));

        Assert.Matches(@"^a step of My\.Model takes 0\.\d+ ms on trn2\.48xlarge \(uncalibrated\); the budget is 0\.001 ms\. Largest causes: ", breach.Message);
        Assert.Matches(@"\d+\.\d % B\.cs\(7\): var b = Twice\(a\)", breach.Message);
    }

    [Fact]
    public void Source_OfABreachWithoutPlaces_IsTheModels()
    {
        var plan = StepReportTests.Plan(Program(Move(0, 1, [0], [0])), new(1, 1));

        var breach = Assert.Single(BudgetCheck.Of(BuildReport.Of(plan), none with { StepMilliseconds = 1e-9 }));

        Assert.Equal(new PlanSource("Model.cs", 5, "Model"), breach.Source);
    }

    /// <summary>On a machine with 1 TB/s and 10 µs a statement.</summary>
    private static BuildReport Report()
    {
        PlanSource a = new("A.cs", 3, "var a = x"), b = new("B.cs", 7, "var b = Twice(a)"), c = new("Folder/C.cs", 9, "reduced");
        var plan = StepReportTests.Plan(Program(Move(0, 20, [0], [1]) with { Place = a }, Move(1, 20, [1], [1]) with { Place = b }, Move(2, 20, [1], [1]) with { Place = b }, Reduce(3, 8_000_000, 1) with { Place = c }, Move(4, 10, [1], [1]), Move(5, 1, [1], [1]) with { Place = a with { Line = 4 } }), new(4, 1));
        plan = plan with
        {
            Memory = plan.Memory with { PeakBytes = 1000, Reserved = 1000 },
            Buffers = [new("w", MemoryClass.Weights, 500, 0, 0, 5) { Source = a with { Text = "Largest" } }, new("w", MemoryClass.Gradients, 300, 0, 0, 5) { Source = a with { Text = "Largest" } }, new("v", MemoryClass.Weights, 150, 0, 0, 5)],
        };
        return BuildReport.Of(plan, TestMachines.Plain() with { Name = "trn2.48xlarge" });
    }
}
