using Shardwright;
using Shardwright.Execution;

namespace SparseLanguage.Training;

/// <summary>The calls of an emitted trainer that the run needs, so that the sparse and the frozen model run through the same code.</summary>
public sealed class LanguageModelTrainer(
    Trainer trainer, LanguageModelTrainer.TrainingCall step, LanguageModelTrainer.EvaluationCall evaluate, LanguageModelTrainer.ForwardCall forward) : IDisposable
{
    public delegate StepReport TrainingCall(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets);
    public delegate float EvaluationCall(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets);
    public delegate void ForwardCall(ReadOnlySpan<int> tokens, Span<float> logits);

    /// <summary>The emitted trainer's plan of buffers and bytes.</summary>
    public ProgramPlan Plan => trainer.Plan;

    public int Ranks => trainer.Ranks;

    public static LanguageModelTrainer Create(bool freezeExperts, TrainerOptions options)
    {
        if (freezeExperts)
        {
            var frozen = FrozenExpertsLanguageModel.CreateTrainer(options);
            return new(frozen, frozen.Step, frozen.Evaluate, frozen.Forward);
        }
        var sparse = SparseLanguageModel.CreateTrainer(options);
        return new(sparse, sparse.Step, sparse.Evaluate, sparse.Forward);
    }

    public StepReport Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets) => step(tokens, targets);

    /// <summary>Records the next step.</summary>
    public StepTrace CaptureTrace() => trainer.CaptureTrace();

    public float Evaluate(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets) => evaluate(tokens, targets);

    public void Forward(ReadOnlySpan<int> tokens, Span<float> logits) => forward(tokens, logits);

    public void Dispose() => trainer.Dispose();
}
