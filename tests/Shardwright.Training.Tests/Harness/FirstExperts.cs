using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests.Harness;

/// <summary>The most uneven routing there is: every token goes to the first k experts.</summary>
public static class FirstExperts
{
    /// <summary>The routing of a model's first step, to be replayed.</summary>
    public static RecordedRouting Routing(ReferenceFixture fixture)
    {
        var routing = new RecordedRouting { Replaying = true };
        for (int microBatch = 0; microBatch < fixture.MicroBatches; microBatch++)
            foreach (var (index, site) in fixture.Sites.Index())
                for (int layer = 0; layer < site.Layers; layer++)
                    routing.Set(0, microBatch, index, layer, [.. Enumerable.Range(0, fixture.TokensPerMicroBatch).SelectMany(_ => Enumerable.Range(0, site.TopK))]);
        return routing;
    }
}
