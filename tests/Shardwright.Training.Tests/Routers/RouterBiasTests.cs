using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Routers;

/// <summary>Balancing without a loss: the bias chooses, has no part in gates or gradients, and follows the load of the global batch.</summary>
public sealed class RouterBiasTests
{
    private const string Sigmoid = "BiasRate = 0.125f, Score = RouterScore.Sigmoid";

    [Theory]
    [InlineData(Sigmoid)]
    [InlineData("BiasRate = 0.125f")]
    [InlineData(Sigmoid + ", RouterGroups = 4, KeptGroups = 2, GateScale = 2.5f, BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.01f")] // DeepSeek-V3
    [InlineData("BiasRate = 0.01f, Score = RouterScore.SqrtSoftplus, RouterZLoss = 0.01f")]
    public void Bias_AnyScore_EqualsEagerReferenceAndEveryMesh(string settings) => RouterCheck.Holds(RouterModel.Source(settings));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    public void Bias_AfterSteps_IsTheSumOfSignsOfTheReportedLoad(int data, int expert)
    {
        using var trainer = RouterCheck.Create(RouterModel.Source(Sigmoid), (data, expert));
        var bias = Biases(trainer);
        for (int step = 0; step < 5; step++)
        {
            var (tokens, targets) = RouterCheck.Inputs(step);
            var report = trainer.Step(tokens, targets);
            foreach (var (site, layer, values) in bias)
            {
                int[] load = report.TokensPerExpert(site, layer).ToArray();
                Assert.Equal(2 * 24 * 2, load.Sum());
                for (int e = 0; e < load.Length; e++)
                    values[e] += 0.125f * Math.Sign(load.Average() - load[e]);
            }
            foreach (var ((site, layer, expected), (_, _, actual)) in bias.Zip(Biases(trainer)))
                Compare.SameBits(expected, actual, $"bias of site {site}, layer {layer} after step {step}");
        }
    }

    [Fact]
    public void Bias_EvaluateAndForward_LeaveItAlone()
    {
        using var trainer = RouterCheck.Create(RouterModel.Source(Sigmoid), (2, 2));
        var before = Biases(trainer);
        var (tokens, targets) = RouterCheck.Inputs(0);
        trainer.Evaluate(tokens, targets);
        trainer.Forward(tokens.AsSpan(0, 24), new float[trainer.Plan.OutputElements]);
        foreach (var ((_, _, expected), (_, _, actual)) in before.Zip(Biases(trainer)))
            Compare.SameBits(expected, actual, "bias");
    }

    [Fact]
    public void Bias_CopiedToAModelAndOn_IsTheSame_AndTheEagerUpdateMovesItAlike()
    {
        using var trainer = RouterCheck.Create(RouterModel.Source(Sigmoid), (4, 4));
        using var other = RouterCheck.Create(RouterModel.Source(Sigmoid), (4, 4));
        var (tokens, targets) = RouterCheck.Inputs(1);
        dynamic model = trainer.NewModel();
        trainer.CopyTo((object)model);
        var report = trainer.Step(tokens, targets);

        for (int layer = 0; layer < 2; layer++)
            Eager((object)model.Blocks[layer].Experts)(report.TokensPerExpert(0, layer));
        Eager((object)model.Last)(report.TokensPerExpert(1, 0));
        other.Step(targets, tokens);
        other.CopyFrom((object)model);

        foreach (var ((_, _, expected), (_, _, actual)) in Biases(trainer).Zip(Biases(other)))
            Compare.SameBits(expected, actual, "bias");
    }

    [Fact]
    public void Bias_LargerThanAnyScore_SendsEveryTokenToItsExperts()
    {
        using var trainer = RouterCheck.Create(RouterModel.Source(Sigmoid), (1, 1));
        dynamic model = trainer.NewModel();
        trainer.CopyTo((object)model);
        State bias = model.Last.Bias;
        bias.Value = System.Numerics.Tensors.Tensor.Create((float[])[0, 0, 9, 0, 0, 0, 0, 8], [8]);
        trainer.CopyFrom((object)model);
        var (tokens, targets) = RouterCheck.Inputs(1);
        Assert.Equal([0, 0, 48, 0, 0, 0, 0, 48], trainer.Step(tokens, targets).TokensPerExpert(1, 0).ToArray());
    }

    private delegate void UpdateBias(ReadOnlySpan<int> load);

    private static UpdateBias Eager(object group) => group.GetType().GetMethod("UpdateBias")!.CreateDelegate<UpdateBias>(group);

    private static List<(int Site, int Layer, float[] Values)> Biases(ModelTrainer trainer) =>
        [.. trainer.Plan.Experts.SelectMany((site, s) => Enumerable.Range(0, site.Layers).Select(layer => (s, layer, Read(trainer, site.BiasSlot, layer))))];

    private static float[] Read(ModelTrainer trainer, int slot, int instance)
    {
        var values = new float[trainer.Plan.Parameters[slot].Elements];
        trainer.Trainer.CopyParameter(slot, instance, -1, values);
        return values;
    }
}
