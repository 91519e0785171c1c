using System.CommandLine;

namespace SparseLanguage.Options;

/// <summary>The program's options and their help.</summary>
public static class CommandLine
{
    /// <summary>Chosen so that the default run takes about two minutes on two cores.</summary>
    public const int DefaultSteps = 1000;

    private static readonly Option<int> Steps = new("--steps")
    {
        Description = "Training steps.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultSteps,
        CustomParser = result => Input.Number<int>(result, "--steps", $"a whole number from 0 to {int.MaxValue}", value => value >= 0),
    };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Fixes initial weights, batches and generated text: same seed, same losses to the last bit.",
        HelpName = "S",
        DefaultValueFactory = _ => 1,
        CustomParser = result => Input.Number<ulong>(result, "--seed", $"a whole number from 0 to {ulong.MaxValue}", _ => true),
    };

    private static readonly Option<string?> Text = new("--text")
    {
        Description = "UTF-8 text to train on: a file, or a folder with everything below it. Default: the API documentation of the installed .NET reference packs.",
        HelpName = "FILE|FOLDER",
    };

    private static readonly Option<string?> Json = new("--json") { Description = "Write the run's figures to this file when it ends.", HelpName = "PATH" };
    private static readonly Option<string?> Trace = new("--trace")
    {
        Description = "Write the last step on the emulated ranks, in virtual time, to this file, for Perfetto or Chrome's tracing page; compressed when it ends in .gz.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Print one line of results and nothing else." };
    private static readonly Option<bool> FreezeExperts = new("--freeze-experts") { Description = "Train with routers and experts kept at their initial values, for comparison." };

    private static readonly RootCommand Root = new(
        "Trains a sparse language model, expert-parallel, on emulated ranks.\nCtrl+C ends the run with the results so far (exit code 130); bad input ends it with exit code 2.")
    {
        Steps, Seed, Text, Json, Trace, Quiet, FreezeExperts,
    };

    /// <summary>The options, or null with the exit code: 0 after help or version was written, 2 after one line about what is wrong.</summary>
    public static RunOptions? Parse(string[] arguments, TextWriter output, TextWriter error, out int exitCode)
    {
        if (Input.Parse(Root, arguments, output, error, out exitCode) is not { } parsed)
            return null;
        return new RunOptions(parsed.GetValue(Steps), parsed.GetValue(Seed), parsed.GetValue(Text), parsed.GetValue(Json), parsed.GetValue(Quiet), parsed.GetValue(FreezeExperts), parsed.GetValue(Trace));
    }
}
