using Shardwright.Compiler;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Advice.Communication;

namespace Shardwright.Capture.Tests.Advice.Communication;

public sealed class HideableCollectivesTests
{
    const string Rule = "SHW4005";

    static readonly SparseModels Plain = new() { Context = 16, Layers = 2 };

    [Fact]
    public void WeightGradientsBehindAnExchange_CouldHideIt_InTheReportAlone()
    {
        var findings = AdviceVerify.Compile(Plain.ToString()).Findings;

        var finding = findings.Single(f => f.Rule.Id == Rule);
        Assert.Contains("'d_router = MatMulGradient'", finding.Message, StringComparison.Ordinal);
        Assert.True(finding.SavedPicoseconds > 0);
        Assert.DoesNotContain(finding, Advisor.Shown(findings));
    }

    [Fact]
    public void SavingUnderTheThreshold_IsNotWorthAWord() => Assert.DoesNotContain(AdviceVerify.Compile(Plain.ToString(), "SHW4005.least_saving_percent = 50").Findings, f => f.Rule.Id == Rule);

    [Fact]
    public void OneRank_WaitsForNobody() => Assert.DoesNotContain(AdviceVerify.Compile((Plain with { Data = 1, Expert = 1 }).ToString()).Findings, f => f.Rule.Id == Rule);

    [Theory]
    [InlineData(8, 8)]
    [InlineData(8, 2)]
    [InlineData(4, 1)]
    public void NewOrder_HasTheSameStatements_EachReadingWhatItReadBefore(int data, int expert)
    {
        var study = new ModelStudy(ModelCompiler.Compile(AdviceVerify.Link((Plain with { Data = data, Expert = expert }).ToString())));
        var before = study.Plan.Step!.Program;

        var order = new HidingOrder(study);

        Assert.NotEmpty(order.Moved);
        Assert.NotEqual(before.Ops.Select(op => op.Name), order.Program.Ops.Select(op => op.Name));
        Assert.Equal(before.Ops.Select(op => op.Name).Order(StringComparer.Ordinal), order.Program.Ops.Select(op => op.Name).Order(StringComparer.Ordinal));
        Assert.Equal(Order.Writers(before, _ => true), Order.Writers(order.Program, _ => true));
    }
}
