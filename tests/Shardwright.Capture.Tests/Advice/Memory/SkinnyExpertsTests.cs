using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class SkinnyExpertsTests
{
    const string Rule = "SHW3008", BFloat16 = ", Precision(NumberFormat.BFloat16)";

    static string Model(int expert, int batch, string precision = BFloat16, bool marked = false)
    {
        string source = MemoryModels.Sparse($"[Model, Mesh(Data = 16, Expert = {expert}){precision}]", batch, context: 128, width: 1024, hidden: 2048, experts: 64);
        return marked ? MemoryModels.MarkGroup(source, Rule) : source;
    }

    // 128 tokens · 2 · Expert ÷ 64 experts, a sequence of a rank: 4 with Expert = 1, 64 with Expert = 16.
    [Fact]
    public Task FourTokens_AreReportedAtTheGroup_AndMoreExpertParallelismSavesWhatTheFixSays() => AdviceVerify.FixPays(Rule, Model(1, 16, marked: true), Model(16, 16), "SHW3008.ridge_percent = 20");

    // The published roofline of Trainium2 has its ridge at 667 / 2.9 = 230 FLOP/B in bfloat16.
    [Fact]
    public Task TokensJustUnderTheRidge_AreReported() => AdviceVerify.Reports(Rule, Model(8, 16 * 7, marked: true));

    [Fact]
    public Task TokensOverTheRidge_AreNot() => AdviceVerify.Reports(Rule, Model(16, 16 * 4));

    // Float32 has its ridge at 181 / 2.9 = 62.
    [Fact]
    public Task SameTokens_AreEnoughInFloat32() => AdviceVerify.Reports(Rule, Model(16, 16, precision: ""));

    // Trainium3: 671 / 4.9 = 137, which 4 · 64 · 10 / 16 = 160 tokens exceed.
    [Fact]
    public async Task SameTokens_AreEnoughOnTrainium3()
    {
        string source = MemoryModels.Sparse($"[Model, Mesh(Data = 16, Expert = 16){BFloat16}]", 16, context: 320, width: 1024, hidden: 2048, experts: 64);
        await AdviceVerify.Reports(Rule, source, "build_property.ShardwrightTarget = trn3.ultraserver64");
        await AdviceVerify.Reports(Rule, MemoryModels.MarkGroup(source, Rule));
    }

    [Fact]
    public void LargestExpert_LeavesTheBatch_ComparedByToken()
    {
        var finding = Assert.Single(AdviceVerify.Compile(Model(16, 16)).Findings, f => f.Rule.Id == Rule);
        Assert.Equal(0, finding.SavedPicoseconds);
        Assert.Empty(finding.Fixes);
        var (before, after) = (AdviceVerify.Compile(Model(16, 16)).Plan.Estimate!.Summary, AdviceVerify.Compile(Model(16, 64)).Plan.Estimate!.Summary);
        Assert.Equal(4 * before.Tokens, after.Tokens);
        Assert.Contains($"a micro-batch of 64 sequences clears it: {AdviceText.Duration(after.Picoseconds / after.Tokens)} a token instead of {AdviceText.Duration(before.Picoseconds / before.Tokens)}", finding.Message, StringComparison.Ordinal);
    }
}
