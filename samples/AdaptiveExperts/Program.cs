using System.Runtime.InteropServices;
using System.Text;
using AdaptiveExperts.Comparison;
using AdaptiveExperts.Display;
using AdaptiveExperts.Models;
using AdaptiveExperts.Options;
using AdaptiveExperts.Topics;
using SparseLanguage.Corpus;
using Spectre.Console;

namespace AdaptiveExperts;

/// <summary>The command line around the comparison. Exit codes: 0 done, 2 bad input (one line on standard error says which), 130 interrupted, with the results so far.</summary>
public static class Program
{
    private const int Done = 0, BadInput = 2, Interrupted = 130;
    private const int PlainWidth = 1000;        // a log's lines are never wrapped

    public static int Main(string[] arguments)
    {
        if (!Console.IsOutputRedirected)
            Console.OutputEncoding = Encoding.UTF8;
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return Run(arguments, Console.Out, Console.Error, stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = !stop.IsCancellationRequested;      // the second one ends the process at once
            stop.Cancel();
        }
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

    private static IDisplay Display(RunOptions options, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!options.Plain && ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && console.Profile.Capabilities is { Interactive: true, Ansi: true })
            return new TerminalDisplay(console, options.Steps);
        console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = PlainWidth;
        return new LineDisplay(console, options.Steps);
    }
}
