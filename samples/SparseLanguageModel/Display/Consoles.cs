using Spectre.Console;

namespace SparseLanguage.Display;

/// <summary>What a sample writes on.</summary>
public static class Consoles
{
    private const int PlainWidth = 1000;        // a log's lines are never wrapped

    /// <summary>A terminal that can redraw what it shows; null where the output is none.</summary>
    public static IAnsiConsole? Terminal(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        return ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && console.Profile.Capabilities is { Interactive: true, Ansi: true } ? console : null;
    }

    /// <summary>Plain lines.</summary>
    public static IAnsiConsole Lines(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = PlainWidth;
        return console;
    }
}
