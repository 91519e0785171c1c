using System.Reflection;
using System.Text.Json;
using Shardwright.Execution;
using Shardwright.Hardware;
using SparseLanguage;

namespace Shardwright.Sample.Tests.Builds;

/// <summary>What a build of the sample writes, when, and what budgets do to it.</summary>
[Collection(nameof(SampleBuild))]
public sealed class ReportTargetTests(ITestOutputHelper output)
{
    private const string Sample = "SparseLanguageModel";

    private static string PlanPath => Path.Combine(SampleBuild.ReportFolder(Sample), "plan.json");

    private static string PagePath => Path.Combine(SampleBuild.ReportFolder(Sample), "report.html");

    [Fact]
    public void Build_WithoutChanges_RunsNoTaskAndKeepsTheFiles()
    {
        foreach (string stamp in Directory.Exists(SampleBuild.ReportFolder(Sample)) ? Directory.GetFiles(SampleBuild.ReportFolder(Sample), "*.stamp") : [])
            File.Delete(stamp);

        var (exitCode, first) = Build("-v:d");
        Assert.True(exitCode == 0, first);
        Assert.Contains("Task \"ShardwrightReport\"", first);
        Assert.Matches(@"SparseLanguage\.SparseLanguageModel: \d+ µs a step, MFU \d+\.\d %, peak HBM \d+\.\d\d MiB of 24\.00 GiB a rank \(0\.\d %\), on trn2\.48xlarge \(uncalibrated\); report: .*report\.html", first);
        var written = (File.GetLastWriteTimeUtc(PlanPath), File.GetLastWriteTimeUtc(PagePath));

        var (secondCode, second) = Build("-v:d");
        Assert.True(secondCode == 0, second);
        Assert.DoesNotContain("Task \"ShardwrightReport\"", second);
        Assert.Contains("Skipping target \"ShardwrightReport\" because all output files are up-to-date", second);
        Assert.Equal(written, (File.GetLastWriteTimeUtc(PlanPath), File.GetLastWriteTimeUtc(PagePath)));
        Assert.Single(Directory.GetFiles(SampleBuild.ReportFolder(Sample), "*.stamp"));
        Assert.Empty(Directory.GetFiles(SampleBuild.ReportFolder(Sample), "*.tmp"));

        HoldsThePlan();
    }

    [Fact]
    public void Build_OverEveryBudget_FailsAtTheLinesOfTheLargestCauses()
    {
        var (exitCode, text) = Build("-p:ShardwrightMaxHbmPercent=0.1", "-p:ShardwrightMaxStepMilliseconds=0.001", "-p:ShardwrightMaxExposedCommunicationPercent=0.5", "-p:ShardwrightMaxJoulesPerToken=1e-6");

        Assert.NotEqual(0, exitCode);
        // The experts' matrices take most memory; the optimizer, which has no line, most time, and behind it the experts.
        Assert.Matches(@"samples/SparseLanguageModel/SwiGlu\.cs\(\d+\): error SHW7010: ShardwrightMaxHbmPercent: a step of SparseLanguage\.SparseLanguageModel needs \d+\.\d\d MiB of the 24\.00 GiB that a rank of trn2\.48xlarge \(uncalibrated\) has, 0\.\d+ %; the budget is 0\.1 %\. Largest causes: \d+\.\d % SwiGlu\.cs\(\d+\): ", text);
        Assert.Matches(@"\.cs\(\d+\): error SHW7011: ShardwrightMaxStepMilliseconds: a step of SparseLanguage\.SparseLanguageModel takes 0\.\d+ ms on trn2\.48xlarge \(uncalibrated\); the budget is 0\.001 ms\. Largest causes: .* % .*; .* % .*; .* % ", text);
        Assert.Matches(@"DecoderBlock\.cs\(\d+\): error SHW7012: ShardwrightMaxExposedCommunicationPercent: a step of SparseLanguage\.SparseLanguageModel waits for communication \d+\.?\d* % of its time", text);
        Assert.Matches(@"error SHW7013: ShardwrightMaxJoulesPerToken: the chips of trn2\.48xlarge \(uncalibrated\) draw 0\.\d+ J a token for a step of SparseLanguage\.SparseLanguageModel; the budget is 1E-06 J", text);
        HoldsThePlan();

        // The check is asked again until it passes.
        Assert.NotEqual(0, Build("-p:ShardwrightMaxStepMilliseconds=0.001").ExitCode);
        Assert.Equal(0, Build("-p:ShardwrightMaxStepMilliseconds=50").ExitCode);
    }

    [Fact]
    public void Build_WithABudgetThatIsNone_SaysGotAndNeed()
    {
        var (exitCode, text) = Build("-p:ShardwrightMaxHbmPercent=lots");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("SparseLanguageModel.csproj : error SHW7014: ShardwrightMaxHbmPercent: got 'lots'; need a number above 0 and at most 100, per cent of a rank's device memory, such as 90", text);
    }

    [Fact]
    public void Build_WithoutReport_AsksNothing() => Assert.Equal(0, Build("-p:ShardwrightReport=false", "-p:ShardwrightMaxStepMilliseconds=0.001").ExitCode);

    /// <summary>References are built: this project has them.</summary>
    private (int ExitCode, string Output) Build(params string[] arguments) => SampleBuild.Run(output, Sample, ["--no-dependencies", .. arguments]);

    private static void HoldsThePlan()
    {
        string json = File.ReadAllText(PlanPath), page = File.ReadAllText(PagePath);
        using var document = JsonDocument.Parse(json);
        var plans = typeof(SparseLanguageModel).Assembly.GetCustomAttributes<CompiledPlanAttribute>().Select(attribute => PlanReader.Read(attribute.Json)).OrderBy(plan => plan.Model, StringComparer.Ordinal).ToList();
        Assert.Equal(plans.Select(plan => (plan.Model, plan.PlannedPicoseconds, plan.Memory.PeakBytes)), document.RootElement.GetProperty("models").EnumerateArray().Select(model =>
            (model.GetProperty("model").GetString()!, model.GetProperty("summary").GetProperty("stepPicoseconds").GetInt64(), model.GetProperty("summary").GetProperty("peakBytes").GetInt64())));
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("SparseLanguage.SparseLanguageModel", page, StringComparison.Ordinal);
    }
}
