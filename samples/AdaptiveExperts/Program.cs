using System.Text;
using AdaptiveExperts.Comparison;
using AdaptiveExperts.Display;
using AdaptiveExperts.Models;
using AdaptiveExperts.Options;
using AdaptiveExperts.Topics;
using SparseLanguage;
using SparseLanguage.Corpus;
using Consoles = SparseLanguage.Display.Consoles;

namespace AdaptiveExperts;

/// <summary>The command line around the comparison. Exit codes: 0 done, 2 bad input (one line on standard error says which), 130 interrupted, with the results so far.</summary>
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
        if (Shardwright.Trainer.MachineNote is { } note)
            error.WriteLine(note);
        try
        {
            var text = TopicText.Load(options.Text, Sizes.Context);
            var display = Display(options, output);
            var result = display.During(() => new SideBySide(options, text).Run(display, stop));
            display.Finished(result, stop.IsCancellationRequested);
            return stop.IsCancellationRequested ? Interrupted : Done;
        }
        catch (CorpusException failure)
        {
            return Refuse(options.Text is null ? failure.Message : $"--text {failure.Message}");
        }
        catch (Shardwright.HbmOverflowException failure)
        {
            return Refuse(failure.Message);
        }

        int Refuse(string reason)
        {
            error.WriteLine(reason.ReplaceLineEndings(" "));
            return BadInput;
        }
    }

    private static IDisplay Display(RunOptions options, TextWriter output) =>
        !options.Plain && Consoles.Terminal(output) is { } terminal ? new TerminalDisplay(terminal, options.Steps) : new LineDisplay(Consoles.Lines(output), options.Steps);
}
