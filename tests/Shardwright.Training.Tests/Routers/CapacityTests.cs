using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Routers;

/// <summary>Experts that take no more than their capacity of a sequence's copies.</summary>
public sealed class CapacityTests
{
    // 3 tokens, k = 2, 8 experts: 0.75 copies an expert at even load, so a capacity of 1 up to a factor of 4/3, then 2.
    [Theory]
    [InlineData("CapacityFactor = 1f", 8, 2)]
    [InlineData("CapacityFactor = 1f, DropOrder = DropOrder.Probability, BalanceLoss = 0.05f, RouterZLoss = 0.01f", 8, 2)]
    [InlineData("CapacityFactor = 1.5f, DropOrder = DropOrder.Probability, Score = RouterScore.Sigmoid, GateScale = 2.5f, BiasRate = 0.125f", 4, 2)]
    [InlineData("CapacityFactor = 1.25f, Renormalize = false, BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.3f", 8, 3)]
    [InlineData("CapacityFactor = 0.5f, DropOrder = DropOrder.Probability, BalanceLoss = 0.05f", 4, 3)] // drops half at even load
    [InlineData("CapacityFactor = 100f, BalanceLoss = 0.05f", 8, 2)]                                    // and nothing
    [InlineData("CapacityFactor = 1f, RouterGroups = 4, KeptGroups = 2, Jitter = 0.1f", 8, 2)]
    public void Capacity_AnyRouter_EqualsEagerReferenceAndEveryMesh(string settings, int experts, int topK) => RouterCheck.Holds(RouterModel.Source(settings, experts, topK));

    [Theory]
    [InlineData("[Experts]", "[Experts(Dispatch = Dispatch.Gathered)]")]
    [InlineData("[Experts]", "[Experts(Dispatch = Dispatch.Padded)]")]
    [InlineData("[Model, ", "[Model, Precision(NumberFormat.BFloat16), ")]
    [InlineData("[Model, ", "[Model, Precision(NumberFormat.BFloat16, Stochastic = true), ")]
    [InlineData("[Module]\npublic sealed class Block", "[Module, Recompute]\npublic sealed class Block")]
    public void Capacity_OtherDispatchFormatOrRecompute_HasOneRanksBits(string from, string to)
    {
        string source = RouterModel.Source("CapacityFactor = 1f, DropOrder = DropOrder.Probability, BalanceLoss = 0.05f", 8, 3).Replace(from, to, StringComparison.Ordinal);
        Assert.Contains(to, source);
        bool isPlanned = !to.Contains("Dispatch", StringComparison.Ordinal);
        foreach (var (one, other) in RouterCheck.Train(source, (1, 1), isPlanned).Zip(RouterCheck.Train(source, (4, 4), isPlanned)))
            Compare.SameBits(one.Values, other.Values, one.Name);
    }

    [Theory]
    [InlineData("Adaptive, Slots = 2", true)]
    [InlineData("Exact", true)]
    [InlineData("Auto", false)]
    public void Capacity_WithReplicas_HasTheStaticLosses(string placement, bool replicates)
    {
        string source = RouterModel.Source("CapacityFactor = 1f", 8, 3), placed = source.Replace("[Experts]", $"[Experts(Placement = Placement.{placement}, LeastTokens = 1)]", StringComparison.Ordinal);
        using var still = RouterCheck.Create(source, (4, 4), new TrainerOptions { LearningRate = 0, WeightDecay = 0 });
        using var moved = RouterCheck.Create(placed, (4, 4), new TrainerOptions { LearningRate = 0, WeightDecay = 0 });
        int replicas = 0;
        for (int step = 0; step < 3; step++)
        {
            var (tokens, targets) = RouterCheck.Inputs(step);
            var report = moved.Step(tokens, targets);
            Assert.Equal(still.Step(tokens, targets).Loss, report.Loss);
            replicas += report.Placement(1, 0).Replicas;
        }

        Assert.True(replicas > 0 || !replicates, "no expert was replicated");
    }

    [Theory]
    [InlineData("CapacityFactor = 1f", 1, 1)]
    [InlineData("CapacityFactor = 1f", 4, 4)]
    [InlineData("CapacityFactor = 1f, DropOrder = DropOrder.Probability", 4, 4)]
    public void Logits_AllEqual_KeepTheFirstTokensOfEverySequence(string settings, int data, int expert)
    {
        using var trainer = RouterCheck.Create(RouterModel.Source(settings), (data, expert));
        dynamic model = trainer.NewModel();
        trainer.CopyTo((object)model);
        foreach (Parameter router in (Parameter[])[model.Router, model.Blocks[0].Router, model.Blocks[1].Router])
            router.Value = System.Numerics.Tensors.Tensor.Create(new float[48], [6, 8]);
        trainer.CopyFrom((object)model);
        var (tokens, targets) = RouterCheck.Inputs(0);

        var report = trainer.Step(tokens, targets);

        Assert.InRange(report.HighWaterBytes, 0, trainer.Plan.WorstPeakBytes);
        // Every token goes to the experts 0 and 1, whose capacity is one token of each of 16 sequences; two tokens lose both copies.
        Assert.Equal([16, 16, 0, 0, 0, 0, 0, 0], report.TokensPerExpert(1, 0).ToArray());
        Assert.Equal(64, report.DroppedCopies(1, 0));
        foreach (var p in trainer.Parameters().Where(p => p.Expert >= 2 && trainer.Plan.Parameters[p.Slot].GradientOffset >= 0))
            Assert.All(trainer.Gradient(p), g => Assert.Equal(0, g));
        double objective = ((double)model.Objective(RouterCheck.Shaped(tokens[..24]), RouterCheck.Shaped(targets[..24])) + (double)model.Objective(RouterCheck.Shaped(tokens[24..]), RouterCheck.Shaped(targets[24..]))) / 2;
        Assert.Equal(objective, report.Loss, 2e-6 * objective);
    }
}
