using static Shardwright.Hardware.Tests.Steps;

namespace Shardwright.Hardware.Tests;

public class PlanDocumentTests
{
    private static readonly PlanDocument plan = new()
    {
        Model = "My.Model<\"quoted\">",
        Placement = new(4, 2, ExpertInnermost: false),
        Batch = 8,
        TokensPerSequence = 128,
        MicroBatches = 2,
        Target = MachineCatalog.Default,
        PlannedPicoseconds = 123_456_789_012,
        Memory = new(new(100, 0, 7), new(100, 0, 7), new(200, 0, 14), 4096, [1024], [2048], 1 << 20),
        Program = Routed(),
    };

    [Fact]
    public void Read_OfWhatWasWritten_IsTheSamePlan()
    {
        string text = PlanWriter.Write(plan);

        var read = PlanReader.Read(text);

        Assert.Equal(text, PlanWriter.Write(read));
        Assert.Equal((plan.Model, plan.Placement, plan.TokensPerStep, plan.PlannedPicoseconds), (read.Model, read.Placement, read.TokensPerStep, read.PlannedPicoseconds));
        Assert.Equal((plan.Memory.Weights, plan.Memory.Optimizer, plan.Memory.PeakBytes), (read.Memory.Weights, read.Memory.Optimizer, read.Memory.PeakBytes));
        var machine = plan.Machine();
        Assert.Equal(ProgramWalk.Balanced(new(plan.Program, machine, plan.Placement)).Now, ProgramWalk.Balanced(new(read.Program, machine, read.Placement)).Now);
    }

    [Fact]
    public void Read_OfARecomputedStatement_KnowsIt()
    {
        var read = PlanReader.Read(PlanWriter.Write(plan with { Program = Program(Move(0, 1, [0], [1]), Move(1, 1, [0], [1]) with { IsRecomputed = true }) }));

        Assert.Equal([false, true], read.Program.Ops.Select(op => op.IsRecomputed));
    }

    [Fact]
    public void Read_OfAnotherVersion_SaysSo()
    {
        var error = Assert.Throws<PlanDocumentException>(() => PlanReader.Read(PlanWriter.Write(plan).Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal)));

        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Machine_ThatThisVersionDoesNotHave_IsNamed() => Assert.Contains("trn9", Assert.Throws<MachineFileException>(() => (plan with { Target = "trn9" }).Machine()).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_OfDamagedText_IsAPlanOrAPlanError()
    {
        string text = PlanWriter.Write(plan);
        var random = new Random(11);
        for (int round = 0; round < 3000; round++)
        {
            var damaged = text.ToCharArray();
            for (int edits = random.Next(1, 4); edits > 0; edits--)
                damaged[random.Next(damaged.Length)] = "0123456789-\"{}[]:,aRx"[random.Next(21)];
            string candidate = round % 3 == 0 ? text[..random.Next(text.Length)] : new(damaged);
            try
            {
                PlanReader.Read(candidate);
            }
            catch (PlanDocumentException)
            {
            }
        }
    }
}
