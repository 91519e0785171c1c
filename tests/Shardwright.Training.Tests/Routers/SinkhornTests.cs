namespace Shardwright.Training.Tests.Routers;

/// <summary>Experts chosen by logits whose load Sinkhorn's iterations even out, in training alone; gates and gradients are those of the logits as they are.</summary>
public sealed class SinkhornTests
{
    [Theory]
    [InlineData("SinkhornIterations = 8", 2)]
    [InlineData("SinkhornIterations = 1, Renormalize = false, RouterZLoss = 0.01f", 3)] // Megatron-LM's gates for more than one expert
    [InlineData("SinkhornIterations = 5, Score = RouterScore.Sigmoid, Renormalize = false", 1)] // and for one
    [InlineData("SinkhornIterations = 3, Score = RouterScore.SqrtSoftplus, Jitter = 0.2f, CapacityFactor = 1f, DropOrder = DropOrder.Probability", 2)]
    public void Choice_AnyScore_EqualsEagerReferenceAndEveryMesh(string settings, int topK) => RouterCheck.Holds(RouterModel.Source(settings, topK: topK));

    [Fact]
    public void Choice_InTrainingAlone_IsEvenedOut()
    {
        var (tokens, targets) = RouterCheck.Inputs(0);
        var (plain, evened) = (Run("RouterZLoss = 0f"), Run("SinkhornIterations = 20"));
        Assert.Equal(plain.Evaluated, evened.Evaluated);
        Assert.True(evened.Meetings < plain.Meetings / 2, $"copies that meet another of their sequence: {evened.Meetings} with Sinkhorn's iterations, {plain.Meetings} without");

        (float Evaluated, int Meetings) Run(string settings)
        {
            var routing = new RecordedRouting();
            using var trainer = RouterCheck.Create(RouterModel.Source(settings, 4, 1), (2, 2), new TrainerOptions { LearningRate = 0, WeightDecay = 0, Routing = routing });
            trainer.Step(tokens, targets);
            int meetings = Enumerable.Range(0, 2).Sum(m => routing.Experts(0, m, 0, 0).ToArray().Chunk(3).Sum(own => 3 - own.Distinct().Count()));
            return (trainer.Evaluate(tokens, targets), meetings);
        }
    }
}
