using System.Globalization;
using System.Text.RegularExpressions;
using Shardwright.Hardware;
using Shardwright.Hardware.Reports;

namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed partial class ReceiveBufferTests
{
    const string Rule = "SHW3010";

    /// <summary>DeepSeek-V3's width and top-8 on 64 expert-parallel ranks with 8,192 tokens each.</summary>
    static string Model(int expert = 64, bool marked = false)
    {
        string source = MemoryModels.Sparse($"[Model, Mesh(Data = 64, Expert = {expert}), Precision(NumberFormat.BFloat16)]", batch: 64, context: 8192, width: 7168, hidden: 2048, experts: 64, topK: 8, layers: 1);
        return marked ? MemoryModels.MarkGroup(source, Rule) : source;
    }

    [Fact]
    public Task SixtyFourPeers_AreReportedAtTheGroup() => AdviceVerify.Reports(Rule, Model(marked: true));

    [Fact]
    public Task ThirtyTwoPeers_AreUnderAQuarter() => AdviceVerify.Reports(Rule, Model(expert: 32));

    [Fact]
    public Task ThirtyTwoPeers_AreOverALowerThreshold() => AdviceVerify.Reports(Rule, Model(expert: 32, marked: true), "SHW3010.worst_case_percent = 14");

    // 8192 · 8 ÷ 64 copies an expert are all that a rank's one expert takes of a sequence: the worst case is the even load.
    [Fact]
    public Task Capacity_BoundsTheBuffer() => AdviceVerify.Reports(Rule, Model().Replace("() => new(width, hidden));", "() => new(width, hidden)) { CapacityFactor = 1 };", StringComparison.Ordinal));

    [Fact]
    public Task TargetWithReceiveDisplacements_HasExactBuffers() => AdviceVerify.Reports(Rule, Model(), "build_property.ShardwrightTarget = trn3.ultraserver64");

    [Fact]
    public void Message_HasTheWorkedExample()
    {
        string message = Assert.Single(AdviceVerify.Compile(Model()).Findings, f => f.Rule.Id == Rule).Message;
        // 64 · 8192 · 7168 · 2 bytes = 7.52e9, and 8192 · 8 · 7168 · 2 = 0.94e9: the kernel permute_a2av against exactly S · k rows.
        Assert.Equal(7.5, Math.Round(64.0 * 8192 * 7168 * 2 / 1e9, 1));
        Assert.Equal(0.94, Math.Round(8192.0 * 8 * 7168 * 2 / 1e9, 2));
        Assert.Contains("receives [64 · 8192, 7168] in bfloat16 in the worst case, 7 GiB of a rank's 24.0 GiB, against 896 MiB at even load", message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadThatFillsMemory_IsThePlansOwn()
    {
        var (plan, findings) = AdviceVerify.Compile(Model());
        var train = plan.Program(Compiler.Plan.ProgramKind.Train);
        double load = double.Parse(Load().Match(Assert.Single(findings, f => f.Rule.Id == Rule).Message).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Equal(train.PeakBytes, train.PeakAtLoad(1));
        Assert.InRange(plan.PeakAt(load), plan.Estimate!.Machine.Rank.HbmBytes * 0.99, plan.Estimate.Machine.Rank.HbmBytes * 1.01);
        // One layer: what an even share adds is its rows, at the bytes a row of the backward pass.
        var frame = Assert.Single(train.Frames);
        Assert.Equal(8192L * 8 * Math.Max(frame.ForwardBytes, frame.BackwardBytes), train.PeakAtLoad(6) - train.PeakAtLoad(5));
    }

    /// <summary>The published example in compiled plans: 7.5 GB against 0.94 GB where rows lie one behind the other, a block for every sender where they do not.</summary>
    [Theory]
    [InlineData("trn3.ultraserver64", 7_516_192_768, 939_524_096, true)]
    [InlineData("trn2.48xlarge", 7_516_192_768, 15_032_385_536, false)]
    public void Plan_OfExactPlacement_HasTheWorkedExample(string target, long worst, long exactly, bool isConstant)
    {
        var (still, exact) = (Report("Static"), Report("Exact"));

        Assert.Equal((worst, worst), (still.Receive.WorstBytes, still.Receive.DeduplicatedBytes));
        Assert.Equal((exactly, isConstant), (exact.Receive.WorstBytes, exact.Receive.IsConstant));
        Assert.Equal(939_524_096, exact.Receive.EvenBytes);
        // Rows that are kept and worked on are exact wherever the model runs.
        Assert.Equal(exact.Memory.PeakBytes, exact.Memory.WorstPeakBytes);
        Assert.True(still.Memory.WorstPeakBytes - still.Memory.PeakBytes > worst - 939_524_096);

        (ReceiveBuffer Receive, PlanMemory Memory) Report(string placement)
        {
            var linked = AdviceVerify.Link(Model().Replace("[Experts]", $"[Experts(Placement = Placement.{placement})]", StringComparison.Ordinal), $"build_property.ShardwrightTarget = {target}");
            var report = BuildReport.Of(Compiler.Cost.DocumentOf.Plan(linked, AdviceVerify.Compile(linked).Plan));
            return (Assert.Single(report.Experts).Receive, report.Plan.Memory);
        }
    }

    [GeneratedRegex(@"when it gets ([\d.]+) times its even share")]
    private static partial Regex Load();
}
