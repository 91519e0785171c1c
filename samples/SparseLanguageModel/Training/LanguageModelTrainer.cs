using Shardwright;
using Shardwright.Execution;

namespace SparseLanguage.Training;

/// <summary>The three calls of an emitted trainer that the run needs, so that the sparse and the frozen model run through the same code.</summary>
public sealed class LanguageModelTrainer(
    IDisposable trainer, ProgramPlan plan, int ranks, LanguageModelTrainer.TrainingCall step, LanguageModelTrainer.EvaluationCall evaluate, LanguageModelTrainer.ForwardCall forward) : IDisposable
{
    public delegate StepReport TrainingCall(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets);
    public delegate float EvaluationCall(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets);
    public delegate void ForwardCall(ReadOnlySpan<int> tokens, Span<float> logits);

    /// <summary>The emitted trainer's plan of buffers and bytes.</summary>
    public ProgramPlan Plan => plan;

    public int Ranks => ranks;

    public static LanguageModelTrainer Create(bool freezeExperts, TrainerOptions options)
    {
        if (freezeExperts)
        {
            var frozen = FrozenExpertsLanguageModel.CreateTrainer(options);
            return new(frozen, frozen.Plan, frozen.Ranks, frozen.Step, frozen.Evaluate, frozen.Forward);
        }
        var sparse = SparseLanguageModel.CreateTrainer(options);
        return new(sparse, sparse.Plan, sparse.Ranks, sparse.Step, sparse.Evaluate, sparse.Forward);
    }

    public StepReport Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets) => step(tokens, targets);

    public float Evaluate(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets) => evaluate(tokens, targets);

    public void Forward(ReadOnlySpan<int> tokens, Span<float> logits) => forward(tokens, logits);

    public void Dispose() => trainer.Dispose();
}
