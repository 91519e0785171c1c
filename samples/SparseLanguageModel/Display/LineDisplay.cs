using System.Globalization;
using Shardwright;
using SparseLanguage.Corpus;
using SparseLanguage.Generation;
using SparseLanguage.Training;
using Spectre.Console;

namespace SparseLanguage.Display;

/// <summary>Plain lines, for logs and pipes.</summary>
public class LineDisplay(IAnsiConsole console) : IDisplay
{
    /// <summary>A run prints about this many lines of progress.</summary>
    private const int Lines = 20;

    private long[] _experts = [];
    private int _layers;

    protected IAnsiConsole Console { get; } = console;

    protected int Steps { get; private set; }

    public virtual TrainingSummary During(Func<TrainingSummary> work) => work();

    public virtual void Start(LanguageModelTrainer trainer, TextCorpus corpus, int steps, double trigramLoss)
    {
        Steps = steps;
        _layers = trainer.Plan.Experts[0].Layers;
        _experts = new long[trainer.Plan.Experts[0].ExpertCount];
        Line($"text         {corpus.Source}: {Size(corpus.Training.Length)} to train on, {Size(corpus.Validation.Length)} to validate");
        Line($"ranks        {trainer.Ranks} (data {trainer.Plan.Data} × expert {trainer.Plan.Expert}), {Size(trainer.Plan.BalancedPeakBytes)} each at the planned peak");
        Line($"trigram      {trigramLoss:F4} nats/byte on the validation text: what counting the training text achieves");
    }

    public virtual void Stepped(StepReport report)
    {
        if (report.Step % Math.Max(1, Steps / Lines) == 0 || report.Step == Steps - 1)
            Line($"step {report.Step + 1,7}  {Figures(report)}  experts {LoadBar(report)}");
    }

    public virtual void Validated(float? loss, bool trained)
    {
        if (loss is not null)
            Line($"validation   {loss:F4} nats/byte {(trained ? "after" : "before")} training");
    }

    public void Generated(IReadOnlyList<GeneratedLine> lines)
    {
        Console.WriteLine();
        foreach (var line in lines)
            Console.Write(new Paragraph().Append(line.Prompt, new Style(decoration: Decoration.Bold)).Append("|" + line.Continuation + "\n"));
    }

    public void Finished(TrainingSummary summary, bool interrupted) => SummaryTable.Write(Console, summary, interrupted);

    protected string Figures(StepReport report)
        => string.Create(CultureInfo.InvariantCulture, $"loss {report.Loss:F4}  {report.TokensPerSecond,7:F0} tokens/s");

    protected string LoadBar(StepReport report)
    {
        ExpertLoad.Count(report, _layers, _experts);
        return string.Create(CultureInfo.InvariantCulture, $"{ExpertLoad.Bar(_experts, Console.Profile.Capabilities.Unicode)} busiest {ExpertLoad.Busiest(_experts):F2}× its fair share");
    }

    /// <summary>Written as text, never as markup: a path may contain brackets.</summary>
    protected virtual void Line(string line) => Console.Write(new Text(line + "\n"));

    /// <summary>Numbers read the same in every culture.</summary>
    private void Line(FormattableString line) => Line(line.ToString(CultureInfo.InvariantCulture));

    protected static string Size(long bytes)
        => string.Create(CultureInfo.InvariantCulture, $"{(bytes < 1 << 20 ? bytes / 1024.0 : bytes / 1048576.0):F1} {(bytes < 1 << 20 ? "KiB" : "MiB")}");
}
