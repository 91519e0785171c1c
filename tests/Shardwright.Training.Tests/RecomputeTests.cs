using Shardwright.Compiler.Cost;
using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;
using Shardwright.Training.Tests.OddModels;

namespace Shardwright.Training.Tests;

/// <summary><c>[Recompute]</c> changes where memory goes and how long a step takes, by what the plan says; it changes no bit of a number.</summary>
public sealed class RecomputeTests(ITestOutputHelper output)
{
    const string Nearest = "Precision(NumberFormat.BFloat16)", Stochastic = "Precision(NumberFormat.BFloat16, Stochastic = true)";

    [Theory]
    [InlineData("Sample", "[Module]", 1, 1, "")]
    [InlineData("Sample", "[Module]", 4, 2, "")]
    [InlineData("Sample", "[Module]", 8, 8, Nearest)]
    [InlineData("Sample", "[Module]", 4, 4, Stochastic)]
    [InlineData("Sample", "[Experts]", 4, 2, "")]
    [InlineData("Sample", "[Experts]", 4, 4, Nearest)]
    [InlineData("Sample", "[Experts]", 2, 2, Stochastic)]
    [InlineData("Sample", "public Repeated", 4, 4, "")]
    [InlineData("GroupedQuery", "public Attention", 4, 2, "")]
    [InlineData("GroupedQuery", "public Attention", 8, 2, Nearest)]
    [InlineData("GroupedQuery", "public DenseBlock", 2, 1, Stochastic)]
    [InlineData("GroupedQuery", "[Module]", 4, 4, "")]
    [InlineData("GroupedQuery", "[Module]", 8, 8, Stochastic)]
    [InlineData("TwoSizes", "[Module]", 1, 1, "")]
    [InlineData("TwoSizes", "[Module]", 4, 2, "")]
    [InlineData("TwoSizes", "public TokenMixer", 8, 8, Nearest)]
    [InlineData("TwoSizes", "[Experts]", 4, 4, Stochastic)]
    [InlineData("TwoSizes", "[Module]", 4, 1, "Precision(NumberFormat.Float8E4M3)")]
    public void Training_WithRecomputation_HasTheSameBits(string model, string where, int data, int expert, string precision)
    {
        string source = With(model, precision);
        var options = new TrainerOptions { LearningRate = 1e-3f };
        TrainingRun.AssertSameBits(TrainingRun.Of(model, (data, expert), 4, options, source), TrainingRun.Of(model, (data, expert), 4, options, Again(source, where)));
    }

    [Theory]
    [InlineData("foreach (var block in Blocks) x = block.Forward(x); return x;", "public Repeated<Sparse> Blocks { get; } = new(2, () => new(Width, 4, 2)); ")]
    [InlineData("var a = x; var b = x * x; foreach (var layer in Layers) (a, b) = layer.Both(b, a); return a - b;", OddModel.Layers)]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); foreach (var layer in Layers) x = layer.Forward(x) + x; return x;", OddModel.Layers)]
    [InlineData("var h = Nn.Mean(x); foreach (var layer in Layers) x = layer.With(x, x) * h; return x;", OddModel.Layers)]
    [InlineData("foreach (var stage in Stages) x = stage.Forward(x); return Normal.Forward(x);", "public Repeated<Stage> Stages { get; } = new(2, () => new(Width)); public Centred Normal { get; } = new(); ")]
    public void OddModel_WithRecomputation_TrainsAsEagerAndHasTheSameBits(string body, string members)
    {
        string source = OddModel.Source(body, members, microBatches: 2, modules: """
            [Module]
            public sealed class Stage(int width)
            {
                public Repeated<Sparse> Blocks { get; } = new(2, () => new(width, 4, 2));
                public Parameter Gain { get; } = new(width);

                public Tensor<float> Forward(Tensor<float> x)
                {
                    var gain = Nn.Tanh(x * Gain);
                    foreach (var block in Blocks)
                        x = block.Forward(x) * gain;
                    return x * Gain;
                }
            }

            [Module]
            public sealed class Centred
            {
                public Tensor<float> Forward(Tensor<float> x)
                {
                    var mean = Nn.Mean(x);
                    return Nn.Tanh(Nn.Reshape(Nn.Reshape(x - mean, OddOne.Batch, OddOne.Context * OddOne.Width), OddOne.Batch, OddOne.Context, OddOne.Width)) * mean;
                }
            }
            """);
        OddModelCheck.Holds(Again(source, "[Module]"), (4, 2));
        OddModelCheck.SameBits(source, Again(source, "[Module]"), (4, 2));
    }

    [Theory]
    [InlineData("Sample", "[Module]", 4, 4, "")]
    [InlineData("Sample", "[Experts]", 8, 2, Nearest)]
    [InlineData("GroupedQuery", "[Module]", 4, 2, "")]
    [InlineData("TwoSizes", "[Module]", 4, 4, "")]
    public void HighWaterBytes_AreThePlansAndLessThanWithout(string model, string where, int data, int expert, string precision)
    {
        string source = With(model, precision);
        long[] without = HighWater(source), with = HighWater(Again(source, where));
        Assert.All(without.Zip(with), peaks => Assert.True(peaks.Second < peaks.First, $"{peaks.Second} bytes with, {peaks.First} without"));

        long[] HighWater(string text)
        {
            var fixture = ReferenceFixture.Load(model);
            var routing = new RecordedRouting();
            using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { LearningRate = 1e-2f, Routing = routing }, text);
            var count = new RouteCount(trainer.Plan, routing);
            return [.. Enumerable.Range(0, 3).Select(step =>
            {
                var report = trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default);
                Assert.Equal(count.PeakBytes(step), report.HighWaterBytes);
                return report.HighWaterBytes;
            })];
        }
    }

    [Theory]
    [InlineData("Sample", "[Module]", 4, 4)]
    [InlineData("Sample", "[Experts]", 8, 2)]
    [InlineData("GroupedQuery", "[Module]", 4, 2)]
    [InlineData("TwoSizes", "[Module]", 4, 4)]
    public void Step_ForcedBalanced_TakesThePlannedTime(string model, string where, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = new ForcedRouting((token, k, experts) => (token * Math.Max(1, fixture.Sites[0].TopK) + k) % experts);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { Routing = routing }, Again(TestResource.ModelSource(model), where));

        var step = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default).Emulated!;

        Assert.Equal(step.PlannedPicoseconds, step.Picoseconds);
        Assert.Equal((step.Summary.Mfu, step.Summary.Hfu), (step.Mfu, step.Hfu));
        Assert.True(step.Hfu > step.Mfu);
    }

    [Theory]
    [InlineData("Sample", "[Module]", 4, 4)]
    [InlineData("Sample", "[Experts]", 1, 1)]
    [InlineData("GroupedQuery", "public Attention", 4, 2)]
    [InlineData("TwoSizes", "[Module]", 4, 4)]
    public void Statements_ButForThoseRecomputed_AreThoseOfTheStepWithout(string model, string where, int data, int expert)
    {
        string source = TestResource.ModelSource(model);
        StepEstimate without = CapturedModel.Plan(source, (data, expert)).Estimate!, with = CapturedModel.Plan(Again(source, where), (data, expert)).Estimate!;
        var again = with.Ops.Where(op => op.Op.IsRecomputed).ToList();

        Assert.NotEmpty(again);
        Assert.All(again, op => Assert.True(op.Op.Phase == StepPhase.Backward && op.Collective is null));
        // Every one repeats a statement of the forward pass, for the same time.
        Assert.All(again, op => Assert.Contains(without.Ops, f => f.Op.Phase == StepPhase.Forward && f.Op.Name == op.Op.Name && f.Times.Equals(op.Times) && f.Runs == op.Runs));
        Assert.Equal(without.Ops.Select(Described), with.Ops.Where(op => !op.Op.IsRecomputed).Select(Described));
        foreach (var engine in Enum.GetValues<Engine>().Where(e => e != Engine.Collective))
            Assert.Equal(without.Clock.Busy(engine) + again.Sum(op => op.Times[engine] * op.Runs), with.Clock.Busy(engine));
        Assert.Equal(without.Summary.Flops, with.Summary.Flops - with.Summary.RecomputedFlops);
        Assert.Equal(without.Summary.Mfu * without.Summary.Picoseconds, with.Summary.Mfu * with.Summary.Picoseconds, 1e-3);
        Assert.True(with.Clock.Now > without.Clock.Now);

        static (string, StepPhase, EngineTimes, long?, long) Described(OpEstimate op) => (op.Op.Name, op.Op.Phase, op.Times, op.Collective?.Picoseconds, op.Runs);
    }

    /// <summary>What a layer of the sample still keeps, tensor by tensor.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    public void SavedBytes_OfTheRecomputedSample_EqualTheListDerivedByHand(int data, int expert)
    {
        const int Width = 256, Experts = 8, TopK = 2, Layers = 4, Batch = 8, Context = 128;
        int localTokens = Batch * Context / data;

        // Columns a token and layer, all of 4 bytes:
        int columns = Width     // x, which enters the block
            + Experts           // the router's softmax: the balance loss's backward
            + TopK              // the chosen experts
            + TopK              // their gates
            + TopK              // slots in the send buffer
            + TopK * Width;     // what the experts returned
        // A layer also keeps the global routing counts and its router statistics; and the block list has one more x, its result.
        long layer = 4L * (localTokens * columns + Batch * Experts + Experts + 1);

        var train = CapturedModel.Plan(Again(CompiledPlan.Source("SparseLanguageModel"), "[Module]"), (data, expert)).Programs[0];
        Assert.Equal(Layers * layer + 4L * localTokens * Width, train.Workspace.Where(b => b.Stack.Count > 0).Sum(b => b.Bytes));
        // Of a routed row, what the expert received.
        Assert.Equal(4 * Width, Assert.Single(train.Frames).SavedBytes);
    }

    /// <summary>The figures of docs/performance.md.</summary>
    [Theory]
    [InlineData("public ExpertGroup")]
    [InlineData("public Repeated")]
    public void Sample_WithRecomputation_NeedsLessMemoryAndMoreTime(string where)
    {
        string source = CompiledPlan.Source("SparseLanguageModel");
        var (peak, time) = Figures(source);
        var (peakAgain, timeAgain) = Figures(Again(source, where));

        output.WriteLine(FormattableString.Invariant($"{where}: peak {peak / 1048576.0:F2} → {peakAgain / 1048576.0:F2} MiB, of which not persistent {(peak - Persistent()) / 1048576.0:F2} → {(peakAgain - Persistent()) / 1048576.0:F2}; step {time / 1e6:F1} → {timeAgain / 1e6:F1} µs"));
        Assert.True(peakAgain < peak && timeAgain > time);

        long Persistent() => CapturedModel.Plan(source, (4, 4)).PersistentBytes;

        static (long Peak, long Time) Figures(string text)
        {
            var plan = CapturedModel.Plan(text, (4, 4));
            return (plan.WorkspaceOffset + plan.Program(Compiler.Plan.ProgramKind.Train).PeakBytes, plan.Estimate!.Summary.Picoseconds);
        }
    }

    [Fact]
    public void EmittedCode_SaysWhatIsRecomputed()
    {
        var files = ModelAssembly.Compile(Again(CompiledPlan.Source("SparseLanguageModel"), "[Module]"), (4, 4)).Files;
        string program = files.Single(f => f.Key.EndsWith("Program.g.cs", StringComparison.Ordinal)).Value;

        Assert.Contains("// recomputed: var h = Nn.RmsNorm(x, AttentionNorm)", program, StringComparison.Ordinal);
        Assert.Contains("HFU", program, StringComparison.Ordinal);
        Assert.DoesNotContain("recomputed", ModelAssembly.Compile(CompiledPlan.Source("SparseLanguageModel"), (4, 4)).Files.Single(f => f.Key.EndsWith("Program.g.cs", StringComparison.Ordinal)).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void WithRecompute_IsTheAttribute()
    {
        string source = TestResource.ModelSource("GroupedQuery");
        var linked = CapturedModel.Link(source);

        Assert.Equal(CapturedModel.Link(source.Replace("public Repeated", "[Recompute] public Repeated", StringComparison.Ordinal)), linked.WithRecompute(linked.Type, "Blocks"));
        Assert.Equal(CapturedModel.Link(source.Replace("[Module]\npublic sealed class Attention", "[Module, Recompute]\npublic sealed class Attention", StringComparison.Ordinal)), linked.WithRecompute("Models.GroupedQuery.Attention"));
    }

    [Fact]
    public void Model_WholeOfItRecomputed_StillCompiles()
    {
        foreach (string model in (string[])["Sample", "GroupedQuery", "TwoSizes"])
        {
            var linked = CapturedModel.Link(TestResource.ModelSource(model), (4, 2));
            Assert.Contains(CapturedModel.Plan(linked.WithRecompute(linked.Type)).Estimate!.Ops, op => op.Op.IsRecomputed);
        }
    }

    /// <summary>The source with <c>[Recompute]</c> on all classes, expert groups or properties that begin like this.</summary>
    static string Again(string source, string where)
    {
        string text = source.Replace(where, where switch { "[Module]" => "[Module, Recompute]", "[Experts]" => "[Experts, Recompute]", _ => "[Recompute] " + where }, StringComparison.Ordinal);
        Assert.NotEqual(source, text);
        return text;
    }

    static string With(string model, string precision) => precision.Length == 0 ? TestResource.ModelSource(model) : TestResource.ModelSource(model).Replace("[Model, ", $"[Model, {precision}, ", StringComparison.Ordinal);
}
