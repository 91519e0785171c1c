using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Routers;

/// <summary>The kinds of routers in places of their own: number formats, dispatch, settings passed through constructors.</summary>
public sealed class RouterPlaceTests
{
    private const string DeepSeek = "Score = RouterScore.Sigmoid, GateScale = 2.5f, RouterGroups = 4, KeptGroups = 2, BiasRate = 0.01f, BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.01f, Jitter = 0.1f";

    [Theory]
    [InlineData("[Model, ", "[Model, Precision(NumberFormat.BFloat16), ")]
    [InlineData("[Model, ", "[Model, Precision(NumberFormat.BFloat16, Stochastic = true), ")]
    [InlineData("[Experts]", "[Experts(Dispatch = Dispatch.Gathered)]")]
    [InlineData("[Experts]", "[Experts(Dispatch = Dispatch.Padded)]")]
    public void DeepSeek_OtherFormatOrDispatch_HasOneRanksBits(string from, string to)
    {
        string source = RouterModel.Source(DeepSeek).Replace(from, to, StringComparison.Ordinal);
        bool isPlanned = !to.Contains("Dispatch", StringComparison.Ordinal);
        foreach (var (one, other) in RouterCheck.Train(source, (1, 1), isPlanned).Zip(RouterCheck.Train(source, (4, 4), isPlanned)))
            Compare.SameBits(one.Values, other.Values, one.Name);
    }

    [Fact]
    public void Settings_OfConstructorArguments_AreThoseThatWerePassed()
    {
        string literal = RouterModel.Source("Score = RouterScore.Sigmoid, RouterGroups = 4, KeptGroups = 2, BiasRate = 0.01f, Renormalize = false, BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.01f");
        string passed = literal
            .Replace("public sealed class Block(int width)", "public sealed class Block(int width, RouterScore score = RouterScore.Softmax, bool normalized = true, BalanceScope scope = BalanceScope.MicroBatch)", StringComparison.Ordinal)
            .Replace("() => new(width)) { Score = RouterScore.Sigmoid, RouterGroups = 4, KeptGroups = 2, BiasRate = 0.01f, Renormalize = false, BalanceScope = BalanceScope.Sequence", "() => new(width)) { Score = score, RouterGroups = 8 / 2, KeptGroups = 2, BiasRate = 0.01f, Renormalize = normalized, BalanceScope = scope", StringComparison.Ordinal)
            .Replace("new(2, () => new(Width));", "new(2, () => new(Width, RouterScore.Sigmoid, false, BalanceScope.Sequence));", StringComparison.Ordinal);
        Assert.NotEqual(literal, passed);
        foreach (var (one, other) in RouterCheck.Train(literal, (2, 2)).Zip(RouterCheck.Train(passed, (2, 2))))
            Compare.SameBits(one.Values, other.Values, one.Name);
    }
}
