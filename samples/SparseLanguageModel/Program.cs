using System.Text;
using Shardwright;
using SparseLanguage.Corpus;
using SparseLanguage.Display;
using SparseLanguage.Generation;
using SparseLanguage.Options;
using SparseLanguage.Training;

namespace SparseLanguage;

/// <summary>The command line around the model. Exit codes: 0 done, 2 bad input (one line on standard error says which), 130 interrupted, with the results so far.</summary>
public static class Program
{
    private const int Done = 0, BadInput = 2, Interrupted = 130;

    public static int Main(string[] arguments)
    {
        if (!Console.IsOutputRedirected)
            Console.OutputEncoding = Encoding.UTF8;
        using var interruption = new Interruption();
        return Run(arguments, Console.Out, Console.Error, interruption.Token);
    }

    /// <summary>The whole program, on any pair of writers.</summary>
    public static int Run(string[] arguments, TextWriter output, TextWriter error, CancellationToken stop)
    {
        if (CommandLine.Parse(arguments, output, error, out var exitCode) is not { } options)
            return exitCode;
        if ((Save("--json", options.Json, OutputFile.RequireWritable) ?? Save("--trace", options.Trace, OutputFile.RequireWritable)) is { } unwritable)
            return Refuse(unwritable);
        if (Trainer.MachineNote is { } note)
            error.WriteLine(note);
        try
        {
            var (summary, trace) = Train(options, TextCorpus.Load(options.Text, SparseLanguageModel.Context), output, stop);
            var problem = Save("--json", options.Json, path => SummaryJson.Write(path, summary)) ?? Save("--trace", options.Trace, path => trace?.Save(path));
            if (options.Trace is not null && trace is not { IsComplete: true })
                error.WriteLine("--trace: the run ended before its last step, so nothing was traced");
            return problem is not null ? Refuse(problem) : stop.IsCancellationRequested ? Interrupted : Done;
        }
        catch (CorpusException failure)
        {
            return Refuse(options.Text is null ? failure.Message : $"--text {failure.Message}");
        }

        int Refuse(string reason)
        {
            error.WriteLine(reason.ReplaceLineEndings(" "));
            return BadInput;
        }
    }

    private static (TrainingSummary Summary, StepTrace? Trace) Train(RunOptions options, TextCorpus corpus, TextWriter output, CancellationToken stop)
    {
        var display = Display(options.Quiet, output);
        using var trainer = LanguageModelTrainer.Create(options.FreezeExperts, Schedule.Options(options.Steps, options.Seed));
        var run = new TrainingRun(trainer, corpus, options.Steps, options.Seed, traceLastStep: options.Trace is not null);
        var summary = display.During(() => run.Run(display, stop));
        if (!options.Quiet && !stop.IsCancellationRequested)
            display.Generated(new TextGenerator(trainer, options.Seed).Continue(corpus.Validation, stop));
        display.Finished(summary, stop.IsCancellationRequested);
        return (summary, run.Trace);
    }

    private static IDisplay Display(bool quiet, TextWriter output) =>
        quiet ? new QuietDisplay(output) : Consoles.Terminal(output) is { } terminal ? new TerminalDisplay(terminal) : new LineDisplay(Consoles.Lines(output));

    /// <summary>What went wrong, or null.</summary>
    private static string? Save(string option, string? path, Action<string> write)
    {
        try
        {
            if (path is not null)
                write(path);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"{option} {path}: {failure.Message}";
        }
    }
}
