using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests;

public sealed class ReferenceFixtureTests
{
    [Theory]
    [InlineData("Sample")]
    [InlineData("GroupedQuery")]
    [InlineData("TwoSizes")]
    public void Fixture_Loaded_IsConsistent(string model)
    {
        var fixture = ReferenceFixture.Load(model);

        Assert.Equal(model, fixture.Model);
        Assert.Equal(fixture.Objective, fixture.Loss + fixture.Balance + fixture.RouterZ, 12);
        Assert.True(fixture.RoutingMargin >= 1e-4);
        var squares = fixture.Parameters.Sum(p => SumOfSquares(fixture.Gradient(p.Path)));
        Assert.Equal(fixture.GradientNorm, Math.Sqrt(squares), 1e-6 * fixture.GradientNorm);
    }

    [Theory]
    [InlineData("Sample")]
    [InlineData("GroupedQuery")]
    [InlineData("TwoSizes")]
    public void Routes_EveryMicroBatchSiteAndLayer_AreDifferentExpertsInRange(string model)
    {
        var fixture = ReferenceFixture.Load(model);
        for (var step = 0; step < (fixture.Training?.Steps ?? 1); step++)
            for (var microBatch = 0; microBatch < fixture.MicroBatches; microBatch++)
                for (var site = 0; site < fixture.Sites.Count; site++)
                    for (var layer = 0; layer < fixture.Sites[site].Layers; layer++)
                        AssertTopK(fixture.Routes(step, microBatch, site, layer), fixture.Sites[site], fixture.TokensPerMicroBatch);
    }

    [Fact]
    public void CopyRoutes_FromAToken_IsThatPartOfTheRoutes()
    {
        var fixture = ReferenceFixture.Load("Sample");
        var experts = new int[2 * 5];

        fixture.CopyRoutes(step: 19, microBatch: 1, site: 0, layer: 2, firstToken: 123, experts);

        Assert.Equal(fixture.Routes(19, 1, 0, 2)[^10..].ToArray().Select(e => (int)e), experts);
    }

    [Fact]
    public void Training_Sample_HasEveryStepAndASampleOfEveryFinalParameter()
    {
        var fixture = ReferenceFixture.Load("Sample");
        var training = fixture.Training!;

        Assert.All([training.Losses, training.Balances, training.RouterZs, training.GradientNorms], curve => Assert.Equal(20, curve.Length));
        Assert.Equal(fixture.Loss, training.Losses[0], 12);
        Assert.All(training.GradientNorms, norm => Assert.True(norm > training.ClipNorm));
        foreach (var parameter in fixture.Parameters)
        {
            var sample = Math.Sqrt(SumOfSquares(fixture.FinalSample(parameter.Path)) * training.FinalStride);
            Assert.InRange(sample / parameter.FinalNorm, 0.75, 1.25); // a fifth of the elements estimates the norm
        }
    }

    private static void AssertTopK(ReadOnlySpan<byte> routes, ReferenceSite site, int tokens)
    {
        Assert.Equal(tokens * site.TopK, routes.Length);
        for (var token = 0; token < tokens; token++)
        {
            var chosen = routes.Slice(token * site.TopK, site.TopK).ToArray();
            Assert.All(chosen, e => Assert.InRange(e, 0, site.Experts - 1));
            Assert.Equal(site.TopK, chosen.Distinct().Count());
        }
    }

    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += (double)value * value;
        return sum;
    }
}
