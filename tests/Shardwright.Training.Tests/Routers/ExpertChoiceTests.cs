namespace Shardwright.Training.Tests.Routers;

/// <summary>
/// Expert choice (Zhou et al. 2022, arXiv:2202.09368): of a sequence's n tokens every expert takes the n · c ÷ E with its largest softmax scores, which are the gates. It is a group whose tokens go to all
/// experts, with a capacity factor of c ÷ E that drops by probability.
/// </summary>
public sealed class ExpertChoiceTests
{
    private const int Experts = 8;

    private static string Settings(float capacity) => FormattableString.Invariant($"Renormalize = false, CapacityFactor = {capacity}f / {Experts}, DropOrder = DropOrder.Probability");

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void ExpertChoice_EqualsEagerReferenceAndEveryMesh(int capacity) => RouterCheck.Holds(RouterModel.Source(Settings(capacity), Experts, Experts));

    [Fact]
    public void ExpertChoice_OfEagerRun_IsThePapersFormula()
    {
        const int Tokens = 16, Capacity = 2;
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, Tokens).Select(_ => (float)random.NextDouble())], logits = [.. Enumerable.Range(0, Tokens * Experts).Select(_ => (float)random.NextDouble() * 4)];
        int number = 0;
        var group = new ExpertGroup<Factor>(Experts, Experts, () => new(++number)) { Renormalize = false, CapacityFactor = Capacity / (float)Experts, DropOrder = DropOrder.Probability };
        var y = group.Forward(System.Numerics.Tensors.Tensor.Create(x, [1, Tokens, 1]), System.Numerics.Tensors.Tensor.Create(logits, [1, Tokens, Experts]));

        var (expected, taken) = (new double[Tokens], new int[Tokens]);
        var scores = Enumerable.Range(0, Tokens).Select(t => logits[(t * Experts)..((t + 1) * Experts)]).Select(row => row.Select(l => Math.Exp(l) / row.Sum(m => Math.Exp(m))).ToArray()).ToArray();
        for (int e = 0; e < Experts; e++)
            foreach (int t in Enumerable.Range(0, Tokens).OrderByDescending(t => scores[t][e]).Take(Tokens * Capacity / Experts))
                (expected[t], taken[t]) = (expected[t] + (scores[t][e] * (e + 1) * x[t]), taken[t] + 1);
        Assert.True(taken.Distinct().Count() > 1, "all tokens have as many experts");
        for (int t = 0; t < Tokens; t++)
            Assert.Equal(expected[t], y[0, t, 0], 1e-5);
    }

    [Fact]
    public void ExpertChoice_LoadOfEveryExpert_IsItsCapacity()
    {
        using var trainer = RouterCheck.Create(RouterModel.Source(Settings(3), Experts, Experts), (4, 4));
        var (tokens, targets) = RouterCheck.Inputs(0);
        var report = trainer.Step(tokens, targets);
        // ⌈3 tokens · 3 ÷ 8⌉ = 2 of each of 16 sequences; 3 · 8 copies less 2 · 8.
        Assert.All(report.TokensPerExpert(0, 1).ToArray(), copies => Assert.Equal(32, copies));
        Assert.Equal(16 * 8, report.DroppedCopies(0, 1));
        Assert.Equal(report.HighWaterBytes, trainer.Plan.BalancedPeakBytes);
    }

    private sealed class Factor(float number) : IExpert
    {
        public System.Numerics.Tensors.Tensor<float> Forward(System.Numerics.Tensors.Tensor<float> x) => System.Numerics.Tensors.Tensor.Multiply<float>(x, number);
    }
}
