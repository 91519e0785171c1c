using static Shardwright.Hardware.Tests.Steps;

namespace Shardwright.Hardware.Tests;

public class PlanDocumentTests
{
    private static readonly PlanSource place = new("Blocks/Decoder<Block>.cs", 24, "var h = Nn.RmsNorm(x, \"quoted\")");

    private static readonly PlanDocument plan = new()
    {
        Model = "My.Model<\"quoted\">",
        Source = new("Model.cs", 7, "Model"),
        Placement = new(4, 2, ExpertInnermost: false),
        Batch = 8,
        TokensPerSequence = 128,
        MicroBatches = 2,
        Target = MachineCatalog.Default,
        PlannedPicoseconds = 123_456_789_012,
        Memory = new(new(100, 0, 7), new(100, 0, 7), new(200, 0, 14), 4096, [1024], [2048], 1 << 20)
        {
            Reserved = 5000,
            Temporaries = 300,
            WorstPeakBytes = 123_456,
            Frames = [new(1, 3, -1, -1, 0, 4096, 0, 0, 0, [10, 20, 30, 40, 50, 60])],
        },
        Program = Described(Routed()),
        Buffers = [new("h", MemoryClass.Activations, 4096, 0, 0, 2) { Source = place }, new("rows", MemoryClass.RoutedRows, 0, 1024, 1, 3) { Site = 0 }],
        Findings =
        [
            new("SHW4001", FindingSeverity.Warning, "A title", "A <message>", place, 1234),
            new("SHW7020", FindingSeverity.Info, "Another", "Without a place", null, null),
        ],
    };

    [Fact]
    public void Read_OfWhatWasWritten_IsTheSamePlan()
    {
        string text = PlanWriter.Write(plan);

        var read = PlanReader.Read(text);

        Assert.Equal(text, PlanWriter.Write(read));
        Assert.Equal((plan.Model, plan.Source, plan.Placement, plan.TokensPerStep, plan.PlannedPicoseconds), (read.Model, read.Source, read.Placement, read.TokensPerStep, read.PlannedPicoseconds));
        Assert.Equal((plan.Memory.Weights, plan.Memory.Optimizer, plan.Memory.PeakBytes, plan.Memory.WorstPeakBytes, plan.Memory.Reserved, plan.Memory.Temporaries),
            (read.Memory.Weights, read.Memory.Optimizer, read.Memory.PeakBytes, read.Memory.WorstPeakBytes, read.Memory.Reserved, read.Memory.Temporaries));
        Assert.Equivalent(plan.Memory.Frames, read.Memory.Frames, strict: true);
        Assert.Equal(plan.Buffers, read.Buffers);
        Assert.Equal(plan.Findings, read.Findings);
        Assert.Equal(plan.Program.Sites, read.Program.Sites);
        var machine = plan.Machine();
        Assert.Equal(ProgramWalk.Balanced(new(plan.Program, machine, plan.Placement)).Now, ProgramWalk.Balanced(new(read.Program, machine, read.Placement)).Now);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_OfAnExpertGroup_KnowsWhetherItsRowsAreExact(bool isExact)
    {
        var sites = plan.Program.Sites.Select(site => isExact ? site with { Placement = "Exact" } : site with { Placement = TimedSite.StaticPlacement, Slots = 0, LeastTokens = 0 }).ToList();

        Assert.Equal(sites, PlanReader.Read(PlanWriter.Write(plan with { Program = new(plan.Program.Nodes, sites, plan.Program.Slots) })).Program.Sites);
    }

    [Fact]
    public void Read_OfARecomputedStatement_KnowsIt()
    {
        var read = PlanReader.Read(PlanWriter.Write(plan with { Program = new([.. plan.Program.Nodes.Select(Recomputed)], plan.Program.Sites, plan.Program.Slots) }));

        Assert.All(read.Program.Ops, op => Assert.Equal(op.Index == 1, op.IsRecomputed));

        static TimedNode Recomputed(TimedNode node) => node is TimedLoop loop ? loop with { Body = [.. loop.Body.Select(Recomputed)] } : node is TimedOp { Index: 1 } op ? op with { IsRecomputed = true } : node;
    }

    [Fact]
    public void Read_OfStatements_KeepsPlacesAndShapesThatAreWrittenOnce()
    {
        string text = PlanWriter.Write(plan);

        var ops = PlanReader.Read(text).Program.Ops;

        Assert.All(ops.Take(3), op => Assert.Equal(place, op.Place));
        Assert.Equal("Decoder<Block>.cs(24)", ops[0].Source);
        Assert.Equal(["h [8, 128] · Data, fp32"], ops[0].Results);
        Assert.Equal(["h [8, 128] · Data, fp32", "w [128], bf16"], ops[1].Operands);
        Assert.Equal(("", 0), (ops[5].Source, ops[5].Results.Count));
        Assert.Equal(1, Count(text, "Nn.RmsNorm"));
        Assert.Equal(1, Count(text, "h [8, 128]"));
    }

    [Theory]
    [InlineData("\"version\":3", "\"version\":1", "The plan has version 1; this version of Shardwright reads version 3. Build the model again.")]
    [InlineData("\"version\":3", "\"version\":4", "The plan has version 4;")]
    [InlineData("\"at\":1", "\"at\":9", "need the number of one of 2 sources")]
    [InlineData("[\"h\",\"Activations\",0,2,4096,", "[\"h\",\"Activations\",0,99,4096,", "Buffer 'h' of the plan lives from statement 0 to 99 of 6")]
    [InlineData("[1024,0]", "[1024,5]", "in expert group 5 of 1")]
    [InlineData("[1,3,-1,-1,", "[1,30,-1,-1,", "names statements 1, 30, -1, -1 of 6")]
    [InlineData("[10,20,30,40,50,60]", "[10,20,30,40,50]", "5 phases; need 6")]
    [InlineData("\"expert\":2,", "\"expert\":3,", "splits the experts over 3 ranks, which does not divide its 4 ranks")]
    [InlineData("\"experts\":8", "\"experts\":7", "splits the experts over 2 ranks")]
    [InlineData("\"severity\":\"Warning\"", "\"severity\":\"Loud\"", "'Loud'; need one of Info, Warning, Error")]
    public void Read_OfAWrongValue_SaysWhatIsWrong(string written, string wrong, string message)
    {
        string text = PlanWriter.Write(plan);
        Assert.Contains(written, text, StringComparison.Ordinal);

        var error = Assert.Throws<PlanDocumentException>(() => PlanReader.Read(text.Replace(written, wrong, StringComparison.Ordinal)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    /// <summary>The first three statements come from one line; the second reads what the first makes.</summary>
    private static TimedProgram Described(TimedProgram program) => new([.. program.Nodes.Select(Describe)],
        [.. program.Sites.Select(site => site with { IsGrouped = true, Placement = "Auto", Slots = 3, LeastTokens = 2 })], program.Slots);

    private static TimedNode Describe(TimedNode node) => node switch
    {
        TimedLoop loop => loop with { Body = [.. loop.Body.Select(Describe)] },
        TimedOp { Index: 0 } op => op with { Place = place, Results = ["h [8, 128] · Data, fp32"] },
        TimedOp { Index: 1 } op => op with { Place = place, Operands = ["h [8, 128] · Data, fp32", "w [128], bf16"] },
        TimedOp { Index: 2 } op => op with { Place = place },
        _ => node,
    };

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
