using AdaptiveExperts.Models;
using AdaptiveExperts.Options;
using Shardwright;

namespace AdaptiveExperts.Comparison;

/// <summary>The calls of an emitted trainer that a comparison needs, so that all models run through the same code.</summary>
public sealed class ModelTrainer(string name, Trainer trainer, ModelTrainer.TrainingCall step) : IDisposable
{
    public delegate StepReport TrainingCall(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets);

    /// <summary>Name of the placement.</summary>
    public string Name => name;

    public static ModelTrainer AtHome(TrainerOptions options)
    {
        var trainer = StaticLanguageModel.CreateTrainer(options);
        return new("static", trainer, trainer.Step);
    }

    public static ModelTrainer Moving(MovingPlacement placement, TrainerOptions options)
    {
        if (placement == MovingPlacement.Auto)
        {
            var auto = AutoLanguageModel.CreateTrainer(options);
            return new("auto", auto, auto.Step);
        }
        var adaptive = AdaptiveLanguageModel.CreateTrainer(options);
        return new("adaptive", adaptive, adaptive.Step);
    }

    /// <summary>Trains a step; the report is overwritten by the next.</summary>
    public StepReport Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets) => step(tokens, targets);

    public void Dispose() => trainer.Dispose();
}
