using System.CommandLine;
using System.CommandLine.Parsing;
using Shardwright.Hardware;
using SparseLanguage.Options;

namespace AdaptiveExperts.Options;

/// <summary>The program's options and their help.</summary>
public static class CommandLine
{
    public const int DefaultSteps = 120, DefaultStepsPerTopic = 20;

    private static readonly Option<int> Steps = new("--steps")
    {
        Description = "Training steps of each of the two trainers.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultSteps,
        CustomParser = result => Input.Number<int>(result, "--steps", $"a whole number from 1 to {int.MaxValue}", value => value >= 1),
    };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Fixes initial weights and batches, of both trainers.",
        HelpName = "S",
        DefaultValueFactory = _ => 1,
        CustomParser = result => Input.Number<ulong>(result, "--seed", $"a whole number from 0 to {ulong.MaxValue}", _ => true),
    };

    private static readonly Option<MovingPlacement> Placement = new("--placement")
    {
        Description = "What static placement is compared with: adaptive replicates whenever it evens out rows, auto only where the machine's times say that it pays.",
        HelpName = "adaptive|auto",
        DefaultValueFactory = _ => MovingPlacement.Adaptive,
        CustomParser = result => Input.Value(result) switch
        {
            "adaptive" => MovingPlacement.Adaptive,
            "auto" => MovingPlacement.Auto,
            var got => Input.Refuse<MovingPlacement>(result, $"--placement: got '{got}', need adaptive or auto"),
        },
    };

    private static readonly Option<Machine?> Machine = new("--machine")
    {
        Description = $"Machine whose time is emulated: one of {string.Join(", ", MachineCatalog.Names)}, or a machine file. Default: the one that the models were compiled for.",
        HelpName = "NAME|FILE",
        CustomParser = ReadMachine,
    };

    private static readonly Option<string?> Text = new("--text")
    {
        Description = "A folder of UTF-8 text in which each file, or each folder of files, is a topic. Default: the API documentation of the installed .NET reference packs, by area.",
        HelpName = "FOLDER",
    };

    private static readonly Option<int> StepsPerTopic = new("--topic-steps")
    {
        Description = "Steps after which the text changes its topic.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultStepsPerTopic,
        CustomParser = result => Input.Number<int>(result, "--topic-steps", $"a whole number from 1 to {int.MaxValue}", value => value >= 1),
    };

    private static readonly Option<bool> Plain = new("--plain") { Description = "Print lines, as to a file, also where a terminal could show a panel." };

    private static readonly RootCommand Root = new(
        "Trains one mixture-of-experts language model twice on text whose topic shifts: with every expert at home, and with hot experts replicated.\nCtrl+C ends the run with the results so far (exit code 130); bad input ends it with exit code 2.")
    {
        Steps, Seed, Placement, Machine, Text, StepsPerTopic, Plain,
    };

    /// <summary>The options, or null with the exit code: 0 after help or version was written, 2 after one line about what is wrong.</summary>
    public static RunOptions? Parse(string[] arguments, TextWriter output, TextWriter error, out int exitCode)
    {
        if (Input.Parse(Root, arguments, output, error, out exitCode) is not { } parsed)
            return null;
        return new RunOptions(parsed.GetValue(Steps), parsed.GetValue(Seed), parsed.GetValue(Placement), parsed.GetValue(Machine), parsed.GetValue(Text), parsed.GetValue(StepsPerTopic), parsed.GetValue(Plain));
    }

    private static Machine? ReadMachine(ArgumentResult result)
    {
        var got = Input.Value(result);
        try
        {
            return File.Exists(got) ? MachineFile.Read(File.ReadAllText(got), got) : MachineCatalog.Get(got);
        }
        catch (Exception failure) when (failure is ArgumentException or MachineFileException or IOException or UnauthorizedAccessException)
        {
            // Of an ArgumentException the first line; the rest names a parameter of ours.
            return Input.Refuse<Machine?>(result, $"--machine: {failure.Message.Split(" (Parameter")[0]}");
        }
    }
}
