using Shardwright;
using SparseLanguage.Corpus;
using SparseLanguage.Generation;
using SparseLanguage.Training;

namespace SparseLanguage.Display;

/// <summary>What a person sees of a run. Calls come in the order of the members; a report is only valid during the call, because the trainer reuses it.</summary>
public interface IDisplay
{
    /// <summary>Runs <paramref name="work"/>, which makes the calls from <see cref="Start"/> to <see cref="Validated"/>.</summary>
    TrainingSummary During(Func<TrainingSummary> work);

    void Start(LanguageModelTrainer trainer, TextCorpus corpus, int steps, double trigramLoss);

    void Stepped(StepReport report);

    void Validated(float? loss, bool trained);

    void Generated(IReadOnlyList<GeneratedLine> lines);

    void Finished(TrainingSummary summary, bool interrupted);
}
