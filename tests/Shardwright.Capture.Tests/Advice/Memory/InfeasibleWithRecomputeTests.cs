using Shardwright.Compiler;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Advice.Memory;

namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class InfeasibleWithRecomputeTests
{
    const string Rule = "SHW3003";

    static string Sparse(string mesh, bool marked = false)
    {
        string source = MemoryModels.Sparse($"[Model, {mesh}]", batch: 16, width: 2048, hidden: 8192, experts: 16, layers: 8);
        return marked ? MemoryModels.Mark(source, Rule, "public Parameter Down { get; } = new(hidden, width);") : source;
    }

    [Fact]
    public Task ExpertsOnEveryRank_AreTooMuch_AndSplittingThemFreesWhatTheFixSays() =>
        AdviceVerify.FixSaves(Rule, Sparse("Mesh(Data = 16, Expert = 1)", marked: true), Sparse("Mesh(Data = 16, Expert = 16)"));

    [Fact]
    public Task OverflowThatRecomputingCouldMend_IsAnotherRule() => AdviceVerify.Reports(Rule, MemoryModels.Dense("[Model, Mesh(Data = 8)]", batch: 32, context: 4096, width: 2048, layers: 16));

    [Fact]
    public Task ModelThatFits_IsSilent() => AdviceVerify.Reports(Rule, Sparse("Mesh(Data = 16, Expert = 4)"));

    [Fact]
    public Task SameExperts_OnATargetWhoseRanksHaveMoreMemory_CanFit() => AdviceVerify.Reports(Rule, Sparse("Mesh(Data = 16, Expert = 1)"), "build_property.ShardwrightTarget = h200-server");

    [Fact]
    public void OnlyReducedTo_IsParametersCarriedValuesAndOneStatement()
    {
        var (plan, findings) = AdviceVerify.Compile(MemoryModels.Dense("[Model, Mesh(Data = 8)]", width: 8192, layers: 16));
        string message = Assert.Single(findings, f => f.Rule.Id == Rule).Message;
        // A sequence of 512 positions on a rank. Handed on: 17 · 512 · 8192 · 4 bytes = 272 MiB, and their gradient, 16 MiB. A statement of hidden size 32768: one operand that was saved and one gradient, 2 · 64 MiB.
        Assert.Equal(128L << 30, plan.WorkspaceOffset);
        Assert.Contains("weights, gradients and optimizer state take 128 GiB, what layers hand on and one statement at work 416 MiB", message, StringComparison.Ordinal);
        Assert.Equal(416, 272 + 16 + 2 * 64);
    }

    [Theory]
    [InlineData("Block")]
    [InlineData("Expert")]
    [InlineData("Expert", "Block")]
    public void Bound_IsUnderThePeakOfEveryRecomputation(params string[] classes)
    {
        var linked = AdviceVerify.Link(MemoryModels.Sparse("[Model, Mesh(Data = 8, Expert = 8)]", context: 2048, width: 1024, hidden: 4096, layers: 8));
        var compiled = ModelCompiler.Compile(linked);
        var recomputed = ModelCompiler.Compile(classes.Aggregate(linked, (model, type) => model.WithRecompute(type))).Plan!;
        long bound = new LiveMemory(new ModelStudy(compiled)).RecomputedBytes();
        Assert.InRange(bound, compiled.Plan!.WorkspaceOffset + 1, recomputed.PeakBytes);
        Assert.True(recomputed.PeakBytes < compiled.Plan.PeakBytes);
    }
}
