using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>What a user sees who gives a trainer something wrong: what, got, need; never a hang.</summary>
public sealed class TrainerFailureTests
{
    readonly ReferenceFixture fixture = ReferenceFixture.Load("Sample");

    [Fact]
    public void Step_InputOfAnotherLength_NamesInputGotAndNeed_AndTheTrainerStaysUsable()
    {
        using var trainer = Create();

        var tokens = Assert.Throws<ArgumentException>(() => trainer.Step(fixture.Tokens(0)[1..], fixture.Targets(0), fixture.Weights(0)));
        var targets = Assert.Throws<ArgumentException>(() => trainer.Step(fixture.Tokens(0), [], fixture.Weights(0)));
        var weights = Assert.Throws<ArgumentException>(() => trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0)[..128]));

        Assert.Contains("input tokens got 255 elements, need 256 = 2 micro-batches × [8, 16]", tokens.Message, StringComparison.Ordinal);
        Assert.Contains("input targets got 0 elements, need 256", targets.Message, StringComparison.Ordinal);
        Assert.Contains("input weights got 128 elements, need 256", weights.Message, StringComparison.Ordinal);
        Assert.True(float.IsFinite(Step(trainer).Loss));
    }

    [Fact]
    public void EvaluateAndForward_InputOfAnotherLength_NameInputGotAndNeed()
    {
        using var trainer = Create();

        var evaluate = Assert.Throws<ArgumentException>(() => trainer.Evaluate(fixture.Tokens(0), fixture.Targets(0)[..128], fixture.Weights(0)));
        var forward = Assert.Throws<ArgumentException>(() => trainer.Forward(fixture.Tokens(0).AsSpan(0, 128), new float[100]));
        var part = Assert.Throws<ArgumentException>(() => trainer.Forward(fixture.Tokens(0).AsSpan(0, 100), new float[trainer.Plan.OutputElements]));

        Assert.Contains("input targets got 128 elements, need 256", evaluate.Message, StringComparison.Ordinal);
        Assert.Contains("got room for 100 elements, need 8192", forward.Message, StringComparison.Ordinal);
        Assert.Contains("input tokens got 100 elements, need a whole number of global micro-batches of 128", part.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, -1)]
    [InlineData(true, 64)]
    [InlineData(false, 64)]
    [InlineData(false, int.MinValue)]
    public void Step_IndexOutOfRange_FailsOnEveryRankWithTheIndexAndTheRange_AndRefusesFurtherWork(bool inTokens, int wrong)
    {
        using var trainer = Create();
        int[] tokens = fixture.Tokens(0), targets = fixture.Targets(0);
        int position = Array.FindIndex(fixture.Weights(0), 70, w => w != 0);     // a target of weight 0 is no target
        (inTokens ? tokens : targets)[position] = wrong;

        var failure = Assert.Throws<ClusterException>(() => trainer.Step(tokens, targets, fixture.Weights(0)));

        Assert.Contains(wrong.ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
        Assert.Contains("64", failure.Message, StringComparison.Ordinal);
        Assert.Contains(inTokens ? "Embed" : "CrossEntropy", failure.Message, StringComparison.Ordinal);
        AssertRefuses(trainer);
    }

    [Fact]
    public void Step_NoLossWeights_SaysWhyTheMeanIsUndefined()
    {
        using var trainer = Create();

        var failure = Assert.Throws<ClusterException>(() => trainer.Step(fixture.Tokens(0), fixture.Targets(0), new float[256]));

        Assert.Contains("loss weights of all tokens sum to 0", failure.Message, StringComparison.Ordinal);
        AssertRefuses(trainer);
    }

    [Fact]
    public void Step_ParametersNotANumber_EndsAtTheRouterThatSeesThemFirst()
    {
        using var trainer = Create();
        foreach (var p in trainer.Parameters().Where(p => p.Path is "Embedding" or "Blocks[1].Router").ToList())
            trainer.Trainer.SetParameter(p.Slot, p.Instance, p.Expert, [.. Enumerable.Repeat(float.NaN, p.Length)]);

        var failure = Assert.Throws<ClusterException>(() => Step(trainer));

        // Each rank begins with its own first token.
        Assert.Matches(@"Blocks\[0\]\.Experts: the router's logit of token (0|32|64|96) for expert 0 is not a number \(micro-batch 0 of step 0, rank \d\)", failure.Message);
    }

    [Fact]
    public void Trainer_Disposed_RefusesWorkInWords()
    {
        var trainer = Create();
        Step(trainer);
        trainer.Dispose();
        trainer.Dispose();

        var step = Assert.Throws<ObjectDisposedException>(() => Step(trainer));
        Assert.Contains("SampleTrainer", step.Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => trainer.Evaluate(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0)));
        Assert.Throws<ObjectDisposedException>(() => trainer.Parameter(trainer.Parameters().First()));
    }

    [Fact]
    public void RoutingSource_ThatThrows_FailsTheStepWithItsMessage()
    {
        using var trainer = Create(new ForcedRouting((token, _, _) => token == 100 ? throw new InvalidOperationException("no expert for token 100") : token % 2));

        var failure = Assert.Throws<ClusterException>(() => Step(trainer));

        Assert.Contains("no expert for token 100", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, failure.Rank);
        AssertRefuses(trainer);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(-1)]
    public void RoutingSource_ThatNamesNoExpert_FailsTheStep(int expert)
    {
        using var trainer = Create(new ForcedRouting((token, k, _) => token == 100 && k == 1 ? expert : k));

        var failure = Assert.Throws<ClusterException>(() => Step(trainer));

        Assert.Contains(expert.ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
        AssertRefuses(trainer);
    }

    ModelTrainer Create(RoutingSource? routing = null) =>
        ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { LearningRate = 1e-3f, Routing = routing, Heartbeat = TimeSpan.FromSeconds(20) });

    StepReport Step(ModelTrainer trainer) => trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));

    void AssertRefuses(ModelTrainer trainer)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Step(trainer));
        Assert.Contains("refuses further work", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Create a new trainer", refusal.Message, StringComparison.Ordinal);
    }
}
