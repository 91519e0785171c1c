using Shardwright.Compiler.Advice;
using Shardwright.Hardware;

namespace Shardwright.Capture.Tests.Advice.Communication;

public sealed class ExposedAllToAllTests
{
    const string Rule = "SHW4001", Call = "{|SHW4001:Experts.Forward(h, Nn.MatMul(h, Router))|}";

    // A format that was chosen, so that the mesh is the first remedy.
    static readonly SparseModels Chosen = new() { Attributes = ", Precision(NumberFormat.Float32)" };

    [Fact]
    public Task GroupsOverTwoChips_AreShorterOnOne_AsPromised() =>
        AdviceVerify.FixPays(Rule, (Chosen with { Call = Call }).ToString(), (Chosen with { Expert = 4 }).ToString(), "SHW4001.least_share_percent = 25");

    [Fact]
    public Task ShareUnderTheThreshold_IsNotWorthAWord() => AdviceVerify.Reports(Rule, Chosen.ToString(), "SHW4001.least_share_percent = 35");

    [Fact]
    public Task GroupsOfOneRank_ExchangeNothing() => AdviceVerify.Reports(Rule, (Chosen with { Expert = 1 }).ToString());

    [Fact]
    public Task TargetWithASwitchForAllRanks_ExchangesFasterThanItMultiplies() =>
        AdviceVerify.Reports(Rule, (Chosen with { Width = 1024, Hidden = 4096, Call = "Experts.Forward(h, Nn.MatMul(h, Router))" }).ToString(), "build_property.ShardwrightTarget = dgx-h100");

    [Fact]
    public void Share_IsWhatFreeExchangesTakeOff()
    {
        var (plan, findings) = AdviceVerify.Compile(Chosen.ToString());

        var program = plan.Step!.Program;
        var free = new TimedProgram([.. program.Nodes.Select(Free)], program.Sites, program.Slots);
        long added = plan.Estimate!.Summary.Picoseconds - ProgramWalk.Balanced(new ProgramCosts(free, plan.Estimate.Machine, plan.Estimate.Costs.Placement)).Now;
        Assert.Contains($"add {AdviceText.Duration(added)} to a step of", findings.Single(f => f.Rule.Id == Rule).Message, StringComparison.Ordinal);

        static TimedNode Free(TimedNode node) => node is TimedLoop loop ? loop with { Body = [.. loop.Body.Select(Free)] } : (TimedOp)node is { Collective.Exchange: not RowExchange.None } op ? op with { Collective = null } : node;
    }

    [Fact]
    public void Gathering_WhereTheTargetHasAllToAll_SavesWhatACompilationWithoutItTakes()
    {
        const string Config = "build_property.ShardwrightTarget = dgx-h100";
        var gathered = Chosen with { Width = 1024, Dispatch = "(Dispatch = Dispatch.Gathered)" };
        var (plan, findings) = AdviceVerify.Compile(gathered.ToString(), Config);
        var (variable, _) = AdviceVerify.Compile((gathered with { Dispatch = "" }).ToString(), Config);

        var finding = findings.Single(f => f.Rule.Id == Rule);
        var edit = finding.Fixes.Single(f => f.Title == "Use Dispatch.Variable").Edits[0];
        Assert.Equal((EditKind.AttributeArgument, "Experts.Dispatch = Dispatch.Variable", "Block"), (edit.Kind, edit.Value, edit.At.Type));
        long saved = plan.Estimate!.Summary.Picoseconds - variable.Estimate!.Summary.Picoseconds;
        Assert.Contains($"Dispatch.Variable in place of all-gather and reduce-scatter saves {AdviceText.Duration(saved)} a step", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_SaveWhatACompilationWithThemSaves()
    {
        var whole = Chosen with { Expert = 4, Experts = 32, Width = 1024, Hidden = 4096 };
        var (plan, findings) = AdviceVerify.Compile(whole.ToString(), "SHW4001.least_share_percent = 5");
        var (parts, _) = AdviceVerify.Compile((whole with { Dispatch = "(Chunks = 0)" }).ToString());

        var finding = findings.Single(f => f.Rule.Id == Rule);
        var edit = finding.Fixes.Single(f => f.Title == "Let rows travel in parts").Edits[0];
        Assert.Equal((EditKind.AttributeArgument, "Experts.Chunks = 0", "Block"), (edit.Kind, edit.Value, edit.At.Type));
        int chunks = parts.ChunksOf(parts.Sites[0]);
        Assert.True(chunks > 1);
        Assert.Contains($"rows in {chunks} parts, of which one travels while another is computed, saves {AdviceText.Duration(plan.Estimate!.Summary.Picoseconds - parts.Estimate!.Summary.Picoseconds)} a step", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TokensThatTravelOnce_SaveWhatACompilationWithThemSaves()
    {
        var copies = Chosen with { Batch = 8, Expert = 4, Experts = 32, TopK = 8, Width = 1024, Hidden = 256, Attributes = ", Precision(NumberFormat.BFloat16)" };
        var (plan, findings) = AdviceVerify.Compile(copies.ToString(), "SHW4001.least_share_percent = 5");
        var (once, _) = AdviceVerify.Compile((copies with { Dispatch = "(Dispatch = Dispatch.Once)" }).ToString());

        var finding = findings.Single(f => f.Rule.Id == Rule);
        var edit = finding.Fixes.Single(f => f.Title == "Let tokens travel once to a rank").Edits[0];
        Assert.Equal((EditKind.AttributeArgument, "Experts.Dispatch = Dispatch.Once", "Block"), (edit.Kind, edit.Value, edit.At.Type));
        // Of 4 ranks a token with 8 of 32 experts reaches 4 · (1 − C(24, 8) ÷ C(32, 8)) = 3.72, of 8 copies.
        Assert.Contains($"46.5 % of the rows there (experts chosen at random), saves {AdviceText.Duration(plan.Estimate!.Summary.Picoseconds - once.Estimate!.Summary.Picoseconds)} a step", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MeshOfTheBuild_IsNamedAndNotEdited()
    {
        var finding = AdviceVerify.Compile(Chosen.ToString(), "build_property.ShardwrightMesh = data=8 expert=8").Findings.Single(f => f.Rule.Id == Rule);

        Assert.Contains("the build property ShardwrightMesh sets the mesh", finding.Message, StringComparison.Ordinal);
        Assert.Empty(finding.Fixes);
    }
}
