using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>An expert, a rank, or all but k experts get nothing: an ordinary case. The heartbeat turns a hang into a failure.</summary>
public sealed class PlacementOfZerosTests
{
    const int Steps = 3;

    static readonly Dictionary<string, ForcedRouting> Cases = new()
    {
        ["expert 3 empty"] = ForcedRouting.AllBut(3, 1),
        ["experts 2 and 3 empty: rank 1 of 4"] = ForcedRouting.AllBut(2, 2),
        ["experts 4 to 7 empty"] = ForcedRouting.AllBut(4, 4),
        ["everything to the first experts"] = new((_, k, experts) => k),
        ["everything to the last experts, the largest logit not first"] = new((_, k, experts) => experts - 1 - k),
        ["every sequence to experts of its own"] = new((token, k, experts) => (token / 10 + k) % experts),
    };

    public static TheoryData<string, string, int, int> CasesOnMeshes()
    {
        var data = new TheoryData<string, string, int, int>();
        foreach (string name in Cases.Keys)
        {
            data.Add("Sample", name, 4, 4);
            data.Add("Sample", name, 4, 2);
            data.Add("TwoSizes", name, 2, 2);       // top-3 of 8 and top-1 of 16
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(CasesOnMeshes))]
    public void ForcedRoutes_OnSeveralRanks_HaveTheBitsOfOne(string model, string routing, int data, int expert)
    {
        var options = Options(Cases[routing]);
        var one = TrainingRun.Of(model, (1, 1), Steps, options);

        one.AssertFinite();
        TrainingRun.AssertSameBits(one, TrainingRun.Of(model, (data, expert), Steps, options));
    }

    [Theory]
    [InlineData("Sample", "expert 3 empty", new[] { 3 })]
    [InlineData("Sample", "experts 2 and 3 empty: rank 1 of 4", new[] { 2, 3 })]
    [InlineData("Sample", "everything to the first experts", new[] { 2, 3, 4, 5, 6, 7 })]
    public void ExpertWithoutTokens_HasAGradientOfExactlyZero_AndTheOthersNot(string model, string routing, int[] empty)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, (4, 4), fixture, replay: false, Options(Cases[routing]));

        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));

        foreach (var p in trainer.Parameters().Where(p => p.Expert >= 0))
            if (empty.Contains(p.Expert))
                Assert.All(trainer.Gradient(p), g => Assert.Equal(0, BitConverter.SingleToInt32Bits(g)));
            else
                Assert.Contains(trainer.Gradient(p), g => g != 0);
        Assert.All(empty, e => Assert.Equal(0, report.TokensPerExpert(0, 0)[e]));
    }

    /// <summary>
    /// Along the direction that gives every parameter its own normalised gradient, the slope of the objective is the sum of the gradients' norms: wrong if any one is. Forward has been compared with eager
    /// runs elsewhere; the forced routes stay as they are.
    /// </summary>
    [Theory]
    [InlineData("Sample", "expert 3 empty")]
    [InlineData("Sample", "experts 2 and 3 empty: rank 1 of 4")]
    [InlineData("Sample", "everything to the first experts")]
    [InlineData("TwoSizes", "everything to the first experts")]
    [InlineData("TwoSizes", "everything to the last experts, the largest logit not first")]
    [InlineData("TwoSizes", "every sequence to experts of its own")]
    public void Gradients_UnderForcedRoutes_AreTheSlopeOfTheObjective(string model, string routing)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, model == "Sample" ? (4, 4) : (2, 2), fixture, replay: false, Options(Cases[routing]) with { LearningRate = 0, WeightDecay = 0 });
        Objective();
        var parameters = trainer.Parameters().Select(p => (P: p, Value: trainer.Parameter(p), Gradient: trainer.Gradient(p))).ToList();
        var norms = parameters.ConvertAll(p => Math.Sqrt(p.Gradient.Sum(g => (double)g * g)));

        const double Step = 2e-3;
        double slope = (8 * (At(Step) - At(-Step)) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);

        Assert.Equal(norms.Sum(), slope, 2e-3 * norms.Sum());

        double At(double distance)
        {
            foreach (var ((p, value, gradient), norm) in parameters.Zip(norms))
                trainer.Trainer.SetParameter(p.Slot, p.Instance, p.Expert, [.. value.Zip(gradient, (v, g) => norm == 0 ? v : (float)(v + distance * g / norm))]);
            return Objective();
        }

        double Objective()
        {
            var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);
            return (double)report.Loss + report.BalanceLoss + report.RouterZLoss;
        }
    }

    /// <summary>Equal logits go to the lowest experts, in eager runs too: an unforced oracle of "all tokens to one pair".</summary>
    [Fact]
    public void RoutersOfZeros_SendEverythingToOnePair_AsTheEagerModelDoes()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false);
        foreach (var p in trainer.Parameters().Where(p => p.Path.EndsWith("Router", StringComparison.Ordinal)).ToList())
            trainer.Trainer.SetParameter(p.Slot, p.Instance, p.Expert, new float[p.Length]);
        object model = trainer.NewModel();
        trainer.CopyTo(model);
        int[] tokens = fixture.Tokens(0);
        var logits = new float[trainer.Plan.OutputElements];
        trainer.Forward(tokens.AsSpan(0, fixture.TokensPerMicroBatch), logits);

        var report = trainer.Step(tokens, fixture.Targets(0), fixture.Weights(0));

        Assert.Equal([2 * fixture.TokensPerMicroBatch, 2 * fixture.TokensPerMicroBatch, 0, 0, 0, 0, 0, 0], report.TokensPerExpert(0, 2).ToArray());
        System.Numerics.Tensors.Tensor<float> eager = ((dynamic)model).Forward(System.Numerics.Tensors.Tensor.Create(tokens[..fixture.TokensPerMicroBatch], [fixture.Batch, fixture.Context]));
        Assert.InRange(Compare.RelativeL2(logits, eager.ToArray()), 0, 1e-6);
    }

    [Theory]
    [InlineData(4, 4, 1)]       // rank 1 of 4 has nothing to learn from
    [InlineData(4, 2, 3)]
    [InlineData(8, 8, 0)]
    public void LossMask_CoversEverySequenceOfARank_HasTheBitsOfOneRank(int data, int expert, int masked)
    {
        var fixture = ReferenceFixture.Load("Sample");
        int rows = fixture.TokensPerMicroBatch / data;
        float[] Weights(int step) => [.. fixture.Weights(step).Select((w, i) => i % fixture.TokensPerMicroBatch / rows == masked ? 0 : w)];
        var one = TrainingRun.Of("Sample", (1, 1), Steps, weights: Weights);

        one.AssertFinite();
        TrainingRun.AssertSameBits(one, TrainingRun.Of("Sample", (data, expert), Steps, weights: Weights));
    }

    static TrainerOptions Options(RoutingSource routing) => new() { LearningRate = 1e-3f, Routing = routing, Heartbeat = TimeSpan.FromSeconds(20) };
}
