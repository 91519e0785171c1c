using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>Experts are split over the ranks, and only the copies that must travel do.</summary>
public sealed class RanksShareTheWorkTests
{
    [Theory]
    [InlineData("Sample", 1, 1)]
    [InlineData("Sample", 4, 2)]
    [InlineData("Sample", 8, 8)]
    [InlineData("TwoSizes", 4, 4)]
    public void ExpertParameters_OfARank_AreTheTotalOverExpert(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false);
        var plan = trainer.Plan;
        long total = 4L * fixture.Parameters.Where(p => p.Path.Contains("].", StringComparison.Ordinal) && IsExpert(p.Path)).Sum(p => p.Length);
        foreach (Func<Execution.ParameterSlot, long> offset in new Func<Execution.ParameterSlot, long>[] { p => p.Offset, p => p.GradientOffset, p => p.MeanOffset, p => p.VarianceOffset })
            Assert.Equal(total / expert, plan.Parameters.Where(p => p.Experts > 0).Sum(p => Extent(p, offset)));

        bool IsExpert(string path) => fixture.Sites.Any(site => path.StartsWith(site.Path.Split('*')[0], StringComparison.Ordinal) && path.Contains(site.Path.Split('.')[^1] + "[", StringComparison.Ordinal));

        // A block ends where the next begins: the next slot's block of the kind, the first block of the next kind, or the end.
        long Extent(Execution.ParameterSlot slot, Func<Execution.ParameterSlot, long> of)
        {
            long[] starts = [.. plan.Parameters.SelectMany(p => new[] { p.Offset, p.GradientOffset, p.MeanOffset, p.VarianceOffset }), plan.PersistentBytes];
            return starts.Where(start => start > of(slot)).Min() - of(slot);
        }
    }

    [Theory]
    [InlineData("Sample", 1, 1)]
    [InlineData("Sample", 4, 1)]
    [InlineData("Sample", 4, 2)]
    [InlineData("Sample", 8, 8)]
    [InlineData("TwoSizes", 4, 4)]
    [InlineData("GroupedQuery", 8, 2)]
    public void AllToAllBytes_OfAStep_EqualARecountFromTheRouting(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = new RecordedRouting();
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { LearningRate = 1e-3f, Routing = routing });
        var count = new RouteCount(trainer.Plan, routing);
        int width = fixture.Parameters.Single(p => p.Path == "Embedding").Shape[1];
        for (int step = 0; step < 3; step++)
        {
            var report = trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default);
            long copies = 0;
            for (int microBatch = 0; microBatch < fixture.MicroBatches; microBatch++)
                for (int site = 0; site < fixture.Sites.Count; site++)
                    for (int layer = 0; layer < fixture.Sites[site].Layers; layer++)
                        copies += count.OffRank(step, microBatch, site, layer);
            // Every copy's row of Width floats goes there and back, forward and backward.
            Assert.Equal(4L * 4 * width * copies, report.Bytes(Collective.AllToAll));
            Assert.Equal(expert > 1, report.Bytes(Collective.AllToAll) > 0);
        }
    }

    [Fact]
    public void TokensPerExpert_OfAStep_EqualTheRecordedRoutes()
    {
        var fixture = ReferenceFixture.Load("TwoSizes");
        var routing = new RecordedRouting();
        using var trainer = ReferenceTrainer.Create("TwoSizes", (4, 4), fixture, replay: false, new() { Routing = routing });

        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0));

        for (int site = 0; site < fixture.Sites.Count; site++)
            for (int layer = 0; layer < fixture.Sites[site].Layers; layer++)
            {
                int[] routes = routing.Experts(0, 0, site, layer).ToArray();
                Assert.Equal(Array.ConvertAll(fixture.Routes(0, 0, site, layer).ToArray(), e => (int)e), routes);
                Assert.Equal(Enumerable.Range(0, fixture.Sites[site].Experts).Select(e => routes.Count(r => r == e)), report.TokensPerExpert(site, layer).ToArray());
            }
    }

    [Theory]
    [InlineData("Sample", 4, 2)]
    [InlineData("Sample", 8, 8)]
    [InlineData("TwoSizes", 4, 1)]
    public void PackedWeights_OfAllRanks_TakeTheHostMemoryOfOne(string model, int data, int expert)
    {
        Assert.Equal(HostBytes((1, 1)), HostBytes((data, expert)));

        long HostBytes((int, int) mesh)
        {
            var fixture = ReferenceFixture.Load(model);
            using var trainer = ReferenceTrainer.Create(model, mesh, fixture, replay: false);
            trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);
            return trainer.Trainer.HostBytes;
        }
    }
}
