namespace Shardwright.Training.Tests.Routers;

/// <summary>Scores, their renormalisation and the gates' factor.</summary>
public sealed class RouterScoreTests
{
    private const string Losses = "BalanceLoss = 0.05f, RouterZLoss = 0.01f";

    [Theory]
    [InlineData("")]
    [InlineData(Losses)]
    [InlineData("Renormalize = false, " + Losses)]
    [InlineData("GateScale = 2.5f, " + Losses)]
    [InlineData("Score = RouterScore.Sigmoid, " + Losses)]
    [InlineData("Score = RouterScore.Sigmoid, Renormalize = false")]
    [InlineData("Score = RouterScore.Sigmoid, GateScale = 2.5f, RouterZLoss = 0.01f")]
    [InlineData("Score = RouterScore.SqrtSoftplus, BalanceLoss = 0.05f")]
    [InlineData("Score = RouterScore.SqrtSoftplus, GateScale = 1.5f, Renormalize = false, " + Losses)]
    public void Score_AnyKind_EqualsEagerReferenceAndEveryMesh(string settings) => RouterCheck.Holds(RouterModel.Source(settings));
}
