using System.Globalization;
using Shardwright;
using SparseLanguage.Corpus;
using SparseLanguage.Generation;
using SparseLanguage.Training;

namespace SparseLanguage.Display;

/// <summary><c>--quiet</c>: one line at the end.</summary>
public sealed class QuietDisplay(TextWriter output) : IDisplay
{
    public TrainingSummary During(Func<TrainingSummary> work) => work();

    public void Start(LanguageModelTrainer trainer, TextCorpus corpus, int steps, double trigramLoss) { }

    public void Stepped(StepReport report) { }

    public void Validated(float? loss, bool trained) { }

    public void Generated(IReadOnlyList<GeneratedLine> lines) { }

    public void Finished(TrainingSummary summary, bool interrupted)
        => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"validation loss {summary.ValidationLossAfter:F4} nats/byte after {summary.Steps} steps{(interrupted ? " (interrupted)" : "")}; trigram {summary.TrigramLoss:F4}; {summary.TokensPerSecond:F0} tokens/s"));
}
