namespace Shardwright.Training.Tests.Routers;

/// <summary>Group-limited routing: with softmax scores as in DeepSeek-V2, with others as in DeepSeek-V3.</summary>
public sealed class RouterGroupTests
{
    [Theory]
    [InlineData("RouterGroups = 4, KeptGroups = 2, BalanceLoss = 0.05f", 8, 3)]
    [InlineData("RouterGroups = 4, KeptGroups = 1", 16, 4)]
    [InlineData("KeptGroups = 3, RouterGroups = 8", 8, 2)] // groups of one expert
    [InlineData("RouterGroups = 2", 8, 2)] // all groups kept
    [InlineData("Score = RouterScore.Sigmoid, RouterGroups = 4, KeptGroups = 2, GateScale = 2.5f, RouterZLoss = 0.01f", 16, 4)]
    [InlineData("Score = RouterScore.SqrtSoftplus, RouterGroups = 2, KeptGroups = 1, Renormalize = false", 8, 2)]
    public void Groups_AnyScore_EqualsEagerReferenceAndEveryMesh(string settings, int experts, int topK) => RouterCheck.Holds(RouterModel.Source(settings, experts, topK));
}
