namespace Shardwright.Training.Tests.Routers;

/// <summary>A balance loss of every sequence by itself.</summary>
public sealed class BalanceScopeTests
{
    [Theory]
    [InlineData("BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.3f")]
    [InlineData("BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.3f, RouterZLoss = 0.01f, Renormalize = false")]
    [InlineData("BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.3f, Score = RouterScore.Sigmoid, GateScale = 2.5f")]
    [InlineData("BalanceScope = BalanceScope.Sequence, RouterZLoss = 0.01f")]
    public void Sequence_AnyScore_EqualsEagerReferenceAndEveryMesh(string settings) => RouterCheck.Holds(RouterModel.Source(settings));

    [Theory]
    [InlineData("BalanceScope = BalanceScope.GlobalBatch, BalanceLoss = 0.3f, RouterZLoss = 0.01f")]
    [InlineData("BalanceScope = BalanceScope.GlobalBatch, BalanceLoss = 0.3f, Score = RouterScore.Sigmoid, BiasRate = 0.125f, CapacityFactor = 1f")]
    public void GlobalBatch_AnyScore_EqualsEagerReferenceAndEveryMesh(string settings) => RouterCheck.Holds(RouterModel.Source(settings));

    [Fact]
    public void GlobalBatch_OfOneMicroBatch_IsTheMicroBatchs_AndOfTwoIsNot()
    {
        const string Loss = "BalanceLoss = 0.3f";
        string global = RouterModel.Source("BalanceScope = BalanceScope.GlobalBatch, " + Loss);
        Assert.NotEqual(Step(global), Step(RouterModel.Source(Loss)));
        Assert.Equal(Step(One(global)), Step(One(RouterModel.Source(Loss))));

        static string One(string source) => source.Replace("MicroBatches = 2", "MicroBatches = 1", StringComparison.Ordinal);

        static float Step(string source)
        {
            using var trainer = RouterCheck.Create(source, (2, 2));
            var (tokens, targets) = RouterCheck.Inputs(0);
            int inputs = trainer.Plan.MicroBatches * 24;
            return trainer.Step(tokens[..inputs], targets[..inputs]).BalanceLoss;
        }
    }

    [Fact]
    public void Sequence_RowsWithoutSequences_IsDiagnosed()
    {
        string source = RouterModel.Source("BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.3f")
            .Replace("Last.Forward(x, Nn.MatMul(x, Router))", "Nn.Reshape(Last.Forward(Nn.Reshape(x, Batch * Context, Width), Nn.Reshape(Nn.MatMul(x, Router), Batch * Context, 8)), Batch, Context, Width)", StringComparison.Ordinal);
        var diagnostic = Assert.Single(Harness.CapturedModel.Diagnose(source));
        Assert.Equal("SHW1010", diagnostic.Id);
        Assert.Contains("BalanceScope is Sequence; need [8, …, 8]", diagnostic.Message);
    }
}
