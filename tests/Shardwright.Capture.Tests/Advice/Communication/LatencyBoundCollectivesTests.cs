using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Advice.Communication;

namespace Shardwright.Capture.Tests.Advice.Communication;

public sealed class LatencyBoundCollectivesTests
{
    const string Rule = "SHW4004";

    static readonly SparseModels Small = new() { Context = 16, Layers = 1, Loss = "Nn.Mean(Forward(x)) + Nn.Mean(x * x)" };

    [Fact]
    public void SmallSums_ThatDoNotDependOnEachOther_SaveTheirLatency()
    {
        var (plan, findings) = AdviceVerify.Compile(Small.ToString());

        var finding = findings.Single(f => f.Rule.Id == Rule);
        long latency = plan.Estimate!.Ops.Where(o => o.Collective is { } cost && 2 * cost.Latency > cost.Picoseconds).Sum(o => o.Collective!.Value.Latency * o.Runs);
        Assert.Contains($"spend {AdviceText.Duration(latency)} of", finding.Message, StringComparison.Ordinal);
        Assert.InRange(finding.SavedPicoseconds, 1, latency);
    }

    [Fact]
    public void LargeModel_IsNotBoundByLatency() => Assert.DoesNotContain(AdviceVerify.Compile(new SparseModels { Context = 512 }.ToString()).Findings, f => f.Rule.Id == Rule);

    [Fact]
    public void ShareUnderTheThreshold_IsNotWorthAWord() => Assert.DoesNotContain(AdviceVerify.Compile(Small.ToString(), "SHW4004.least_share_percent = 20").Findings, f => f.Rule.Id == Rule);

    [Fact]
    public void OtherTarget_WithLongerHops_IsBoundBySo() =>
        Assert.Contains(AdviceVerify.Compile(new SparseModels { Data = 128, Expert = 4, Experts = 64, Batch = 256, Context = 32 }.ToString(), "build_property.ShardwrightTarget = dgx-h100").Findings, f => f.Rule.Id == Rule);

    [Fact]
    public void FusedStep_MovesTheSameBytesInFewerCollectives()
    {
        var (plan, _) = AdviceVerify.Compile(Small.ToString());
        var program = plan.Step!.Program;

        var fused = new FusedCollectives(program, program.Ops.Where(op => op.Collective is not null).Select(op => op.Index));

        Assert.True(fused.Gone > 0);
        Assert.Equal(program.Ops.Count(op => op.Collective is not null) - fused.Gone, fused.Program.Ops.Count(op => op.Collective is not null));
        foreach (var kind in program.Ops.Where(op => op.Collective is not null).GroupBy(op => (op.Collective!.Kind, op.Collective.Group)))
            Assert.Equal(kind.Sum(op => op.Collective!.Bytes.At(0, 1)), fused.Program.Ops.Where(op => op.Collective is { } c && (c.Kind, c.Group) == kind.Key).Sum(op => op.Collective!.Bytes.At(0, 1)));
        Assert.Equal(Order.Writers(program, op => op.Collective is null), Order.Writers(fused.Program, op => op.Collective is null));
    }
}
