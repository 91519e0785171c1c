using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests.Harness;

/// <summary>Trainers that start from the reference parameters of a fixture.</summary>
public static class ReferenceTrainer
{
    public static ModelTrainer Create(string model, (int Data, int Expert) mesh, ReferenceFixture fixture, bool replay, TrainerOptions? options = null, string? source = null)
    {
        options ??= new TrainerOptions { LearningRate = 1e-3f };
        var trainer = new ModelTrainer(source ?? TestResource.ModelSource(model), mesh, replay ? options with { Routing = new Replay(fixture) } : options);
        // Routers' states are zeros at first.
        var states = trainer.Plan.Experts.SelectMany(site => (int[])[site.BiasSlot, site.LoadSlot, site.QuantileSlot]).ToHashSet();
        foreach (var p in trainer.Parameters().Where(p => !states.Contains(p.Slot)).ToList())
            trainer.Trainer.SetParameter(p.Slot, p.Instance, p.Expert, fixture.Initial(p.Path));
        return trainer;
    }

    sealed class Replay(ReferenceFixture fixture) : RoutingSource
    {
        public override void Select(RoutingSite where, ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k) =>
            fixture.CopyRoutes(where.Step, where.MicroBatch, where.Site, where.Layer, where.FirstToken, experts);
    }
}
