namespace Shardwright.Eager.Tests;

/// <summary>What an expert group's router accepts, and its arithmetic on numbers worked out by hand.</summary>
public sealed class RouterSettingTests
{
    [Fact]
    public void Setting_OutOfRange_SaysWhatGotAndNeed()
    {
        Throws("RouterGroups is 3 for 8 experts; need a number that divides them", () => new(8, 2, () => new()) { RouterGroups = 3 });
        Throws("KeptGroups is 5 of 4 groups of 2 experts; need 1 to 4, with at least topK = 2", () => new(8, 2, () => new()) { RouterGroups = 4, KeptGroups = 5 });
        Throws("KeptGroups is 1 of 8 groups of 1 experts; need 1 to 8, with at least topK = 2", () => new(8, 2, () => new()) { KeptGroups = 1, RouterGroups = 8 });
        Throws("KeptGroups is 0; need at least 1", () => new(8, 2, () => new()) { KeptGroups = 0 });
        Throws("GateScale is NaN; need a finite number above 0", () => new(8, 2, () => new()) { GateScale = float.NaN });
        Throws("BiasRate is -1; need a finite number of at least 0", () => new(8, 2, () => new()) { BiasRate = -1 });
        Throws("Jitter is 1; need 0 up to, but not, 1", () => new(8, 2, () => new()) { Jitter = 1 });
        Throws("Score is 9; need Softmax, Sigmoid or SqrtSoftplus", () => new(8, 2, () => new()) { Score = (RouterScore)9 });
        Throws("SinkhornIterations is -1; need 0 to 1000", () => new(8, 2, () => new()) { SinkhornIterations = -1 });
        Throws("CapacityFactor is Infinity; need a finite number above 0, or 0", () => new(8, 2, () => new()) { CapacityFactor = float.PositiveInfinity });
        Throws("DropOrder is 9; need Position or Probability", () => new(8, 2, () => new()) { DropOrder = (DropOrder)9 });
        Throws("BalanceScope is 9; need MicroBatch, Sequence or GlobalBatch", () => new(8, 2, () => new()) { BalanceScope = (BalanceScope)9 });
    }

    // Logits 0, ln 3, −ln 3: sigmoids 1/2, 3/4, 1/4; softplus ln 2, ln 4, ln 4/3.
    [Theory]
    [InlineData(RouterScore.Sigmoid, false, 1f, 0.75, 0.5)]
    [InlineData(RouterScore.Sigmoid, true, 2.5f, 1.5, 1.0)]
    [InlineData(RouterScore.Softmax, false, 1f, 3 / (4 + (1 / 3.0)), 1 / (4 + (1 / 3.0)))]
    [InlineData(RouterScore.Softmax, true, 2f, 1.5, 0.5)]
    [InlineData(RouterScore.SqrtSoftplus, false, 1f, 1.1774100225154747, 0.8325546111576977)]
    public void Forward_ThreeExperts_HasTheGatesOfTheFormula(RouterScore score, bool renormalize, float scale, double first, double second)
    {
        var group = new ExpertGroup<Identity>(3, 2, () => new()) { Score = score, Renormalize = renormalize, GateScale = scale };
        var y = group.Forward(Data.Of([1], 1, 1), Data.Of([0, MathF.Log(3), -MathF.Log(3)], 1, 3));
        Data.AssertClose([first + second], y);
    }

    [Fact]
    public void Forward_ScoresThatAllUnderflow_GiveGatesOfZero()
    {
        foreach (var score in new[] { RouterScore.Sigmoid, RouterScore.SqrtSoftplus })
        {
            var group = new ExpertGroup<Identity>(2, 1, () => new()) { Score = score };
            Assert.Equal([0f], Data.Flat(group.Forward(Data.Of([1], 1, 1), Data.Of([-3000, -3000], 1, 2))));
        }
    }

    [Fact]
    public void UpdateBias_OverAndUnderMeanLoad_MovesByTheRate()
    {
        var group = new ExpertGroup<Identity>(4, 1, () => new()) { BiasRate = 0.5f };
        group.UpdateBias([9, 1, 4, 2]);
        Assert.Equal([-0.5f, 0.5f, 0, 0.5f], Data.Flat(group.Bias.Value));
        Assert.Throws<ArgumentException>(() => group.UpdateBias([1, 2]));
    }

    [Fact]
    public void Forward_SequenceScopeWithoutSequences_IsAnError()
    {
        var group = new ExpertGroup<Identity>(2, 1, () => new()) { BalanceScope = BalanceScope.Sequence };
        Assert.Contains("BalanceScope is Sequence; need [sequences, tokens, 2]", Assert.Throws<ArgumentException>(() => group.Forward(Data.Of([1], 1, 1), Data.Of([0, 1], 1, 2))).Message);
    }

    // Sequence 0 sends both tokens to expert 0, sequence 1 both to expert 1: over the micro-batch the load is even and the loss 1; in each sequence f = 1 for its expert with P = 3/4.
    [Theory]
    [InlineData(BalanceScope.MicroBatch, 1.0)]
    [InlineData(BalanceScope.Sequence, 1.5)]
    public void Forward_SequencesThatLeanOnDifferentExperts_OnlySequenceScopeSees(BalanceScope scope, double expected)
    {
        var group = new ExpertGroup<Identity>(2, 1, () => new()) { BalanceScope = scope, BalanceLoss = 1 };
        float l = MathF.Log(3);
        using var losses = AuxiliaryLosses.Record();
        group.Forward(Data.Of(new float[4], 2, 2, 1), Data.Of([l, 0, l, 0, 0, l, 0, l], 2, 2, 2));
        Assert.Equal(expected, losses.Balance, 1e-6);
    }

    [Fact]
    public void Forward_SettingsThatDoNotGoTogether_SaysWhich()
    {
        Clash("QuantileBalancing and BiasRate both even out the load", new(4, 2, () => new()) { BiasRate = 1, QuantileBalancing = true });
        Clash("SinkhornIterations and BalanceLoss both even out the load", new(4, 2, () => new()) { SinkhornIterations = 1, BalanceLoss = 0.1f });
        Clash("QuantileBalancing and SinkhornIterations both even out the load", new(4, 2, () => new()) { SinkhornIterations = 1, QuantileBalancing = true });
        Clash("QuantileBalancing is for a choice among all experts, but RouterGroups is 2", new(4, 2, () => new()) { RouterGroups = 2, QuantileBalancing = true });
        Clash("every token goes to all 4 experts", new(4, 4, () => new()) { QuantileBalancing = true });
        Clash("DropOrder is Probability, and nothing is dropped", new(4, 2, () => new()) { DropOrder = DropOrder.Probability });

        static void Clash(string message, ExpertGroup<Identity> group)
            => Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => group.Forward(Data.Of([1], 1, 1, 1), Data.Of(new float[4], 1, 1, 4))).Message);
    }

    // Four tokens whose gates for expert 0 are sigmoids of 1, 3, 2, 3; it takes ⌈4 · 1 ÷ 2 · factor⌉.
    [Theory]
    [InlineData(1f, DropOrder.Position, new[] { true, true, false, false })]
    [InlineData(1f, DropOrder.Probability, new[] { false, true, false, true })]
    [InlineData(0.5f, DropOrder.Probability, new[] { false, true, false, false })] // the earlier of equals
    [InlineData(1.1f, DropOrder.Probability, new[] { false, true, true, true })]
    [InlineData(2f, DropOrder.Position, new[] { true, true, true, true })]
    public void Forward_MoreCopiesThanCapacity_DropsTheLaterOrTheLesser(float factor, DropOrder order, bool[] kept)
    {
        var group = new ExpertGroup<Identity>(2, 1, () => new()) { Score = RouterScore.Sigmoid, Renormalize = false, CapacityFactor = factor, DropOrder = order };
        float[] logits = [1, 3, 2, 3];
        var y = group.Forward(Data.Of([1, 1, 1, 1], 1, 4, 1), Data.Of([.. logits.SelectMany(l => (float[])[l, -9])], 1, 4, 2));
        Data.AssertClose([.. logits.Select((l, t) => kept[t] ? 1 / (1 + Math.Exp(-l)) : 0)], y);
    }

    // Scores of expert 0 over expert 1: sigmoids of 2, 1, 0.5 over that of 0. With α the second score, its margin is s₀ − ½; the bias is minus the second largest, so that one and a half of three tokens stay.
    [Fact]
    public void UpdateQuantileBias_ThreeTokens_SetsTheMarginThatHalfOfThemKeep()
    {
        var group = new ExpertGroup<Identity>(2, 1, () => new()) { Score = RouterScore.Sigmoid, QuantileBalancing = true };
        group.UpdateQuantileBias(Data.Of([2, 0, 1, 0, 0.5f, 0], 1, 3, 2));
        double margin = 1 / (1 + Math.Exp(-1)) - 0.5;
        Assert.Equal([(float)-margin, 0f], Data.Flat(group.Bias.Value), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Throws<ArgumentException>(() => group.UpdateQuantileBias());
        Assert.Throws<ArgumentException>(() => group.UpdateQuantileBias(Data.Of(new float[4], 2, 2)));
        Assert.Throws<InvalidOperationException>(() => new ExpertGroup<Identity>(2, 1, () => new()).UpdateQuantileBias(Data.Of(new float[6], 1, 3, 2)));
    }

    // The first micro-batch sends both tokens to expert 0, the second both to expert 1: the step's load is even then, and the loss 1, whatever its probabilities; 3/2 where a micro-batch stands alone.
    [Fact]
    public void Forward_GlobalBatchScope_CountsTheStepsEarlierMicroBatchesOnce()
    {
        var group = new ExpertGroup<Identity>(2, 1, () => new()) { BalanceScope = BalanceScope.GlobalBatch, BalanceLoss = 1 };
        float l = MathF.Log(3);
        Assert.Equal(1.5, Loss(0, 0, [l, 0, l, 0]), 1e-6);
        Assert.Equal(1.0, Loss(0, 1, [0, l, 0, l]), 1e-6);
        Assert.Equal(1.0, Loss(0, 1, [0, l, 0, l]), 1e-6);
        Assert.Equal(1.5, Loss(1, 1, [0, l, 0, l]), 1e-6);
        Assert.Equal(1.5, Loss(null, 0, [0, l, 0, l]), 1e-6);

        double Loss(int? step, int microBatch, float[] logits)
        {
            using var place = step is { } at ? RouterNoise.At(1, at, microBatch) : null;
            using var losses = AuxiliaryLosses.Record();
            group.Forward(Data.Of(new float[2], 1, 2, 1), Data.Of(logits, 1, 2, 2));
            return losses.Balance;
        }
    }

    // Groups (0, 1), (2, 3), (4, 5). Sigmoid: the two best together are those of group 1; softmax: the best alone is in group 0.
    [Theory]
    [InlineData(RouterScore.Sigmoid, 2)]
    [InlineData(RouterScore.Softmax, 0)]
    public void Forward_OneGroupKept_IsTheOneThatTheScoreRanksFirst(RouterScore score, int first)
    {
        var group = new ExpertGroup<Number>(6, 2, () => new()) { Score = score, RouterGroups = 3, KeptGroups = 1, Renormalize = true };
        group.Forward(Data.Of([1], 1, 1), Data.Of([3, -3, 2, 2, -1, -1], 1, 6));
        Assert.Equal([first, first + 1], Enumerable.Range(0, 6).Where(e => group[e].Ran));
    }

    private static void Throws(string message, Func<ExpertGroup<Identity>> make) => Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(make).Message);

    private sealed class Identity : IExpert
    {
        public System.Numerics.Tensors.Tensor<float> Forward(System.Numerics.Tensors.Tensor<float> x) => x;
    }

    private sealed class Number : IExpert
    {
        public bool Ran { get; private set; }

        public System.Numerics.Tensors.Tensor<float> Forward(System.Numerics.Tensors.Tensor<float> x)
        {
            Ran = true;
            return x;
        }
    }
}
