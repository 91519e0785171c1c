using System.Diagnostics;
using System.Reflection;
using LargeModel;
using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Hardware.Reports;

namespace Shardwright.Sample.Tests.Scale;

/// <summary>The model of 671 billion parameters: it compiles, and a step of it on 160,000 ranks is simulated while you wait.</summary>
public sealed class LargeModelTests(ITestOutputHelper output)
{
    private static readonly PlanDocument Plan = PlanReader.Read(typeof(LargeLanguageModel).Assembly.GetCustomAttributes<CompiledPlanAttribute>().Single().Json);

    [Fact]
    public void Parameters_Are671Billion_CountedByHand()
    {
        const long Width = 7168, Attention = Width + 2 * Width * (96 * 128) + 2 * Width * (6 * 128), Expert = 3 * Width * 2048;
        const long Dense = Attention + Width + 3 * Width * 18432, Sparse = Attention + Width + Expert + Width * 256;
        const long Outside = 2 * 129280 * Width + Width;

        Assert.Equal(4 * (Outside + 3 * Dense + 58 * Sparse), Plan.Memory.Weights.Fixed);
        Assert.Equal(4 * 58 * Expert, Plan.Memory.Weights.PerExpert);
        Assert.Equal(671.03, Plan.Memory.Weights.At(0, 256) / 4e9, 0.005);
        // A token uses eight of 256 experts.
        Assert.Equal(37.56, Plan.Memory.Weights.At(0, 8) / 4e9, 0.005);
    }

    [Fact]
    public void Step_On40000Chips_IsSimulatedInSeconds()
    {
        var machine = MachineCatalog.Get("trn2.48xlarge");
        var watch = Stopwatch.StartNew();

        var point = ScaleStudy.At(Plan, machine, 40_000);

        watch.Stop();
        output.WriteLine($"160,000 ranks simulated in {watch.Elapsed.TotalSeconds:F2} s");
        Assert.Null(point.Problem);
        Assert.Equal((160_000, 256, true), (point.Mesh!.Data, point.Mesh.Expert, point.IsSharded));
        Assert.Equal(160_000L * 192, point.Step!.Cost.Tokens);
        // 0.4 s on a quiet core; the bound is for test runs that share theirs.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }

    [Fact]
    public void Plan_InTheAssembly_StaysSmall() =>
        Assert.InRange(typeof(LargeLanguageModel).Assembly.GetCustomAttributes<CompiledPlanAttribute>().Single().Json.Length, 1, 64 * 1024);

    [Fact]
    public void ExpertLayer_ThatPlacementsAreTimedFor_HasTheCompiledStatements()
    {
        // The 16 statements from Permute to Combine and from CombineGradient to PermuteGradient, without routing and the gathering of counts.
        var shape = new ExpertLayerShape(LargeLanguageModel.Width, LargeLanguageModel.ExpertHidden, TopK: 8, LargeLanguageModel.Context);
        var layer = new ExpertLayerEstimator(Plan.Machine(), new(1024, 256), new(256, 256, 0), shape, RowExchange.Variable);
        string[] outside = ["Permute", "Combine", "CombineGradient", "PermuteGradient"];
        var compiled = Plan.Program.Ops.Where(op => op.Phase != StepPhase.Update && (op.Site == 0 || outside.Any(name => op.Name.EndsWith($"= {name}", StringComparison.Ordinal)))).ToList();

        Assert.Equal(compiled.Count, layer.Program.Ops.Count);
        foreach (var (ours, theirs) in layer.Program.Ops.Zip(compiled))
        {
            Assert.Equal(theirs.Work.Products, ours.Work.Products);
            Assert.Equal(theirs.Work with { Products = [] }, ours.Work with { Products = [] });
            Assert.Equal(theirs.Collective, ours.Collective);
            Assert.Equal(theirs.Phase, ours.Phase);
        }
    }

    [Fact]
    public void Report_OfTheLargeModel_AddsUpAndSaysWhatItLeavesOut()
    {
        var watch = Stopwatch.StartNew();

        var report = BuildReport.Of(Plan);
        string json = BuildReportJson.Of([report], "tests");

        watch.Stop();
        output.WriteLine($"report of {json.Length} characters in {watch.Elapsed.TotalSeconds:F2} s");
        Assert.Equal(Plan.PlannedPicoseconds, report.Parts.Sum(part => part.Picoseconds));
        Assert.Equal(Plan.Memory.PeakBytes, report.Memory.PeakBytes);
        Assert.Equal(report.Summary.LinkBytes, report.Matrix.Bytes.Sum(row => (double)row.Sum()));
        Assert.Equal(("instance", 16), (report.Matrix.Unit, report.Matrix.Bytes.Count));
        Assert.Contains(report.Timeline.Omitted, gap => gap.Description.StartsWith("block ", StringComparison.Ordinal));
        Assert.InRange(report.Timeline.Bars.Count, 1, 2000);
        Assert.InRange(json.Length, 1, 1_000_000);
        // A second on a quiet core; the bound is for test runs that share theirs.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }

    [Fact]
    public void Step_WithoutSharding_DoesNotFitAndSaysWhatIsTooLarge()
    {
        var point = ScaleStudy.At(Plan, MachineCatalog.Get("trn2.48xlarge"), 1024, 256, new() { Sharding = ScaleSharding.None });

        Assert.Null(point.Step);
        Assert.Contains("out of device memory (HBM): data 4096 × expert 256 on 1024 chips of trn2.48xlarge needs", point.Problem);
        Assert.Contains("a rank has 24.00 GiB", point.Problem);
        // AdamW's two moments of 78,703,349,760 bytes of parameters.
        Assert.Contains("146.60 GiB", point.Problem);
    }
}
