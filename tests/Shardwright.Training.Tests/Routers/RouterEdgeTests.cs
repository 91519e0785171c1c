using System.Numerics.Tensors;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Routers;

/// <summary>Logits that are not numbers, equal logits, and experts and ranks without a token.</summary>
public sealed class RouterEdgeTests
{
    private const string Plain = "BalanceLoss = 0.05f, RouterZLoss = 0.01f", Sigmoid = "Score = RouterScore.Sigmoid, BiasRate = 0.1f, " + Plain;

    [Theory]
    [InlineData(Plain, 1, 1, 0)]
    [InlineData(Plain, 4, 4, 3)]
    [InlineData(Sigmoid, 4, 4, 3)]
    [InlineData(Sigmoid, 4, 2, 3)]
    [InlineData("SinkhornIterations = 8", 4, 4, 3)]
    [InlineData("QuantileBalancing = true, CapacityFactor = 1f, DropOrder = DropOrder.Probability", 4, 4, 3)]
    public void Logits_NotANumber_AreAnErrorThatNamesLayerAndToken(string settings, int data, int expert, int rank)
    {
        using var trainer = RouterCheck.Create(RouterModel.Source(settings), (data, expert));
        dynamic model = trainer.NewModel();
        trainer.CopyTo((object)model);
        // One word, which stands once in the batch: token 23 of the second micro-batch.
        Parameter table = model.Table;
        var values = table.Value.ToArray();
        values[(10 * 6) + 2] = float.NaN;
        table.Value = Tensor.Create(values, [11, 6]);
        trainer.CopyFrom((object)model);
        int[] tokens = [.. Enumerable.Range(0, 48).Select(i => i == 47 ? 10 : i % 10)], targets = new int[48];

        var failure = Assert.ThrowsAny<Exception>(() => trainer.Step(tokens, targets));
        string message = failure.ToString();
        Assert.Contains($"Blocks[0].Experts: the router's logit of token 23 for expert 0 is not a number (micro-batch 1 of step 0, rank {rank})", message);

        var eager = Assert.Throws<NotFiniteNumberException>(() => { model.Forward(RouterCheck.Shaped(tokens[24..])); });
        Assert.StartsWith("Blocks[0].Experts: the router's logit of token 23 for expert 0 is not a number. ", eager.Message);
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(Sigmoid)]
    [InlineData(Sigmoid + ", RouterGroups = 4, KeptGroups = 2")]
    [InlineData("SinkhornIterations = 8")]
    [InlineData("QuantileBalancing = true")]
    public void Logits_AllEqual_GoToTheFirstExperts_AndOtherRanksIdle(string settings)
    {
        // Routers of zeros: every logit is 0, and every token goes to the experts 0 and 1, which lie on one rank; the other ranks and experts have none.
        foreach (var mesh in new[] { (1, 1), (4, 4) })
        {
            using var trainer = RouterCheck.Create(RouterModel.Source(settings), mesh);
            dynamic model = trainer.NewModel();
            trainer.CopyTo((object)model);
            foreach (Parameter router in (Parameter[])[model.Router, model.Blocks[0].Router, model.Blocks[1].Router])
                router.Value = Tensor.Create(new float[48], [6, 8]);
            foreach (State bias in (State[])[model.Last.Bias, model.Blocks[0].Experts.Bias, model.Blocks[1].Experts.Bias])
                bias.Value = Tensor.Create(new float[8], [8]);
            trainer.CopyFrom((object)model);
            var (tokens, targets) = RouterCheck.Inputs(0);

            var report = trainer.Step(tokens, targets);

            Assert.Equal([48, 48, 0, 0, 0, 0, 0, 0], report.TokensPerExpert(0, 1).ToArray());
            foreach (var p in trainer.Parameters().Where(p => p.Expert >= 2 && trainer.Plan.Parameters[p.Slot].GradientOffset >= 0))
                Assert.All(trainer.Gradient(p), g => Assert.Equal(0, g));
            double objective = ((double)model.Objective(RouterCheck.Shaped(tokens[..24]), RouterCheck.Shaped(targets[..24])) + (double)model.Objective(RouterCheck.Shaped(tokens[24..]), RouterCheck.Shaped(targets[24..]))) / 2;
            Assert.Equal(objective, report.Loss + report.BalanceLoss + report.RouterZLoss, 2e-6 * objective);
        }
    }

    [Theory]
    [InlineData("RouterGroups = 3", "SHW5002", "RouterGroups is 3 for 8 experts; need a number that divides them")]
    [InlineData("RouterGroups = 4, KeptGroups = 5", "SHW5002", "KeptGroups is 5 of 4 groups; need 1 to RouterGroups = 4")]
    [InlineData("KeptGroups = 2", "SHW5002", "KeptGroups is 2 of 1 groups; need 1 to RouterGroups = 1")]
    [InlineData("RouterGroups = 8, KeptGroups = 1", "SHW5002", "KeptGroups is 1 of 8 groups of 1 experts, but every token goes to topK = 2 experts")]
    [InlineData("KeptGroups = 1, RouterGroups = 8", "SHW5002", "KeptGroups is 1 of 8 groups of 1 experts, but every token goes to topK = 2 experts")]
    [InlineData("GateScale = 0f", "SHW5002", "GateScale is 0; need a finite number above 0")]
    [InlineData("BiasRate = -1f", "SHW5002", "BiasRate is -1; need a finite number of at least 0")]
    [InlineData("Jitter = 1f", "SHW5002", "Jitter is 1; need 0 up to, but not, 1")]
    [InlineData("Score = (RouterScore)7", "SHW5002", "Score is 7; need Softmax, Sigmoid or SqrtSoftplus")]
    [InlineData("SinkhornIterations = -1", "SHW5002", "SinkhornIterations is -1; need 0 to 1000")]
    [InlineData("CapacityFactor = -0.5f", "SHW5002", "CapacityFactor is -0.5; need a finite number above 0, or 0 to drop nothing")]
    [InlineData("CapacityFactor = 1f, DropOrder = (DropOrder)2", "SHW5002", "DropOrder is 2; need Position or Probability")]
    [InlineData("DropOrder = DropOrder.Probability", "SHW5002", "DropOrder is Probability, and nothing is dropped; set a CapacityFactor")]
    [InlineData("QuantileBalancing = true, BiasRate = 0.1f", "SHW5002", "QuantileBalancing and BiasRate both even out the load; take one of them")]
    [InlineData("QuantileBalancing = true, BalanceLoss = 0.1f", "SHW5002", "QuantileBalancing and BalanceLoss both even out the load")]
    [InlineData("SinkhornIterations = 8, QuantileBalancing = true", "SHW5002", "QuantileBalancing and SinkhornIterations both even out the load")]
    [InlineData("SinkhornIterations = 8, BiasRate = 0.1f", "SHW5002", "SinkhornIterations and BiasRate both even out the load")]
    [InlineData("BalanceLoss = 0.1f, SinkhornIterations = 8", "SHW5002", "SinkhornIterations and BalanceLoss both even out the load")]
    [InlineData("SinkhornIterations = 8, RouterGroups = 4", "SHW5002", "SinkhornIterations is for a choice among all experts, but RouterGroups is 4")]
    [InlineData("RouterGroups = 4, QuantileBalancing = true", "SHW5002", "QuantileBalancing is for a choice among all experts, but RouterGroups is 4")]
    [InlineData("BalanceScope = (BalanceScope)3", "SHW5002", "BalanceScope is 3; need MicroBatch, Sequence or GlobalBatch")]
    public void Setting_ThatNoRouterCanHave_IsDiagnosed(string settings, string rule, string message) =>
        Assert.Contains(CapturedModel.Diagnose(RouterModel.Source(settings)), d => d.Id == rule && d.Message.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void QuantileBalancing_OfTokensThatGoToAllExperts_IsDiagnosed() =>
        Assert.Contains(CapturedModel.Diagnose(RouterModel.Source("QuantileBalancing = true", 8, 8)), d => d.Id == "SHW5002" && d.Message.Contains("every token goes to all 8 experts", StringComparison.Ordinal));

    [Theory]
    [InlineData("QuantileBalancing = true", "QuantileBalancing is on")]
    [InlineData("SinkhornIterations = 8", "SinkhornIterations is 8")]
    [InlineData("CapacityFactor = 1.5f", "CapacityFactor is 1.5")]
    public void Setting_OfSequences_RowsWithoutSequences_IsDiagnosed(string settings, string message)
    {
        string source = RouterModel.Source(settings)
            .Replace("Last.Forward(x, Nn.MatMul(x, Router))", "Nn.Reshape(Last.Forward(Nn.Reshape(x, Batch * Context, Width), Nn.Reshape(Nn.MatMul(x, Router), Batch * Context, 8)), Batch, Context, Width)", StringComparison.Ordinal);
        var diagnostic = Assert.Single(CapturedModel.Diagnose(source));
        Assert.Equal("SHW1010", diagnostic.Id);
        Assert.Contains(message + "; need [8, …, 8]", diagnostic.Message);
    }
}
