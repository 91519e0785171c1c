using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>The clock that runs with the real program and the plan's own walk through the step agree to the picosecond: the emitted code charges every statement, once, with the rows that routing brought.</summary>
public sealed class EmulatedTimeTests
{
    public static TheoryData<string, int, int> Meshes => new()
    {
        { "Sample", 1, 1 }, { "Sample", 2, 1 }, { "Sample", 4, 4 }, { "Sample", 8, 2 }, { "GroupedQuery", 4, 2 }, { "TwoSizes", 1, 1 }, { "TwoSizes", 4, 4 },
    };

    [Theory]
    [MemberData(nameof(Meshes))]
    public void Step_ForcedBalanced_TakesThePlannedTime(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { Routing = new ForcedRouting((token, k, experts) => (token * Math.Max(1, fixture.Sites[0].TopK) + k) % experts) });

        var step = Step(trainer, fixture, 0);

        Assert.Equal(PlanReader.Read(trainer.Plan.Document!).PlannedPicoseconds, step.PlannedPicoseconds);
        Assert.Equal(step.PlannedPicoseconds, step.Picoseconds);
        Assert.Equal(trainer.Plan.BalancedPeakBytes, PlanReader.Read(trainer.Plan.Document!).Memory.PeakBytes);
        Assert.Equal(0, step.WaitingPicoseconds);
    }

    [Theory]
    [MemberData(nameof(Meshes))]
    public void Step_RoutedByTopK_TakesTheTimeOfAWalkAtTheRecordedRows(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = new RecordedRouting();
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { LearningRate = 1e-2f, Routing = routing });
        var plan = PlanReader.Read(trainer.Plan.Document!);
        for (int step = 0; step < 3; step++)
        {
            var emulated = Step(trainer, fixture, step);
            var clocks = ProgramWalk.Run(new(plan.Program, plan.Machine(), plan.Placement), data, new RecordedRows(plan, routing, step));

            Assert.Equal(clocks.Max(c => c.Now), emulated.Picoseconds);
            Assert.Equal(clocks.Sum(c => c.Work.Float32Flops), emulated.Flops);
            Assert.Equal(clocks.Sum(c => c.Work.HbmBytes), emulated.HbmBytes);
            Assert.Equal(clocks.Sum(c => c.Work.LinkBytes), emulated.LinkBytes);
            Assert.Equal(clocks.Sum(c => c.Waiting) / data, emulated.WaitingPicoseconds);
            Assert.Equal((emulated.ExposedPicoseconds, emulated.WaitingPicoseconds, emulated.Mfu), (emulated.Summary.ExposedPicoseconds, emulated.Summary.WaitingPicoseconds, emulated.Summary.Mfu));
            Assert.True(emulated.Joules >= emulated.Summary.Machine.Power.ChipWatts * emulated.Summary.Machine.Power.StaticShare * emulated.Summary.Chips * emulated.Picoseconds * 1e-12);
        }
    }

    [Fact]
    public void Step_AllTokensToTheFirstExperts_IsSlowerThanPlannedAndOthersWait()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { Routing = new ForcedRouting((_, k, _) => k) });

        var step = Step(trainer, fixture, 0);

        Assert.True(step.Picoseconds > step.PlannedPicoseconds, $"{step.Picoseconds} ps, planned {step.PlannedPicoseconds} ps");
        Assert.True(step.WaitingPicoseconds > 0);
    }

    [Fact]
    public void Step_OnAnotherMachine_TakesAnotherTimeAndComputesTheSame()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var first = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new());
        using var second = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { Machine = MachineCatalog.Find("trn1.32xlarge") });
        using var none = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { Clock = false });

        Assert.NotEqual(Step(first, fixture, 0).Picoseconds, Step(second, fixture, 0).Picoseconds);
        var report = none.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));
        Assert.Null(report.Emulated);
        Assert.Equal(first.Step(fixture.Tokens(1), fixture.Targets(1), fixture.Weights(1)).Loss, second.Step(fixture.Tokens(1), fixture.Targets(1), fixture.Weights(1)).Loss);
    }

    static EmulatedStep Step(ModelTrainer trainer, ReferenceFixture fixture, int step) =>
        trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default).Emulated!;
}
