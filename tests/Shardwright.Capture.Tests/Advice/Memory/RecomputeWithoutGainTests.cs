namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class RecomputeWithoutGainTests
{
    const string Rule = "SHW3014", Blocks = "public Repeated<Block> Blocks { get; } = new(Layers, () => new(Width));";

    static string Model(int layers, bool marked = false)
    {
        string source = MemoryModels.Dense(layers: layers).Replace(Blocks, "[Recompute] " + Blocks, StringComparison.Ordinal);
        return marked ? MemoryModels.Mark(source, Rule, "[Recompute] " + Blocks) : source;
    }

    // A single layer's activations are all held again when its gradients are made.
    [Fact]
    public Task OneLayer_FreesNothing() => AdviceVerify.Reports(Rule, Model(1, marked: true));

    [Fact]
    public Task FourLayers_FreeThreeLayersActivations() => AdviceVerify.Reports(Rule, Model(4));

    [Fact]
    public Task NoAttribute_NoFinding() => AdviceVerify.Reports(Rule, MemoryModels.Dense(layers: 1));

    [Fact]
    public void LeavingItOut_SavesTheTimeThatTheMessagePromises()
    {
        var (plan, findings) = AdviceVerify.Compile(Model(1));
        var finding = Assert.Single(findings, f => f.Rule.Id == Rule);
        var without = AdviceVerify.Compile(MemoryModels.Dense(layers: 1)).Plan;
        Assert.True(without.PeakBytes <= plan.PeakBytes);
        Assert.True(finding.SavedPicoseconds > 0, finding.Message);
        Assert.Equal(plan.Estimate!.Summary.Picoseconds - without.Estimate!.Summary.Picoseconds, finding.SavedPicoseconds);
    }
}
