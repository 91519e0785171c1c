using AdaptiveExperts.Display;
using AdaptiveExperts.Models;
using AdaptiveExperts.Options;
using AdaptiveExperts.Topics;
using Shardwright;

namespace AdaptiveExperts.Comparison;

/// <summary>Two trainers from the same seed, on the same batches, step by step in turn.</summary>
public sealed class SideBySide(RunOptions options, TopicText text)
{
    private const float LearningRate = 2e-3f;

    /// <summary>Runs to the end, or to the end of the step during which <paramref name="stop"/> is cancelled.</summary>
    public ComparisonResult Run(IDisplay display, CancellationToken stop)
    {
        var training = new TrainerOptions { Seed = options.Seed, LearningRate = LearningRate, WarmupSteps = Math.Min(10, options.Steps / 10), Machine = options.Machine };
        using var home = ModelTrainer.AtHome(training);
        using var moving = ModelTrainer.Moving(options.Placement, training);
        var batches = new ShiftingBatches(text.Topics, Sizes.Batch, Sizes.Context, options.Seed, options.StepsPerTopic);
        var (tokens, targets) = (new int[Sizes.Batch * Sizes.Context], new int[Sizes.Batch * Sizes.Context]);
        List<StepFigures> still = [], moved = [];
        string machine = "", placement = "";
        for (var step = 0; step < options.Steps && !stop.IsCancellationRequested; step++)
        {
            batches.Fill(step, tokens, targets);
            var report = home.Step(tokens, targets);
            if (step == 0)
            {
                var emulated = report.Emulated!;
                (machine, placement) = ($"{emulated.Machine.Name}{(emulated.Machine.Calibration is null ? " (uncalibrated)" : "")}", $"{emulated.Placement}");
                display.Start(text, machine, moving.Name);
            }
            still.Add(StepFigures.Of(report));
            moved.Add(StepFigures.Of(moving.Step(tokens, targets)));
            display.Stepped(step, batches.TopicOf(step), still[^1], moved[^1]);
        }
        return new(machine, placement, new(home.Name, still), new(moving.Name, moved));
    }
}
