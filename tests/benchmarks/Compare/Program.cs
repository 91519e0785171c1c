using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;

namespace Compare;

/// <summary>The command line. Exit codes: 0 done, 2 what was asked for cannot be done (one line on standard error says why), 130 interrupted.</summary>
public static class Program
{
    private const int Done = 0, BadInput = 2, Interrupted = 130;

    private static readonly Option<int> Processes = Number("--processes", "Fresh processes of each contender.", 5);
    private static readonly Option<int> Steps = Number("--steps", "Timed training steps of a process.", 20);
    private static readonly Option<int> SampleSteps = Number("--steps", "Training steps of a process.", 100);
    private static readonly Option<string?> PythonPath = new("--python") { Description = "An interpreter with PyTorch. Default: the first of python3 and /usr/bin/python3 that has it.", HelpName = "PATH" };

    private static readonly Option<int> LossSteps = Number("--steps", "Training steps of a run.", 200);

    private static readonly Argument<string[]> Peer = new("peer")
    {
        Description = "After `--`: a command that trains the same model and prints 'NNNN tok/s (best NNNN)'. Without it only our own meshes are compared.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static async Task<int> Main(string[] arguments)
    {
        Console.OutputEncoding = Encoding.UTF8;
        var root = new RootCommand("Alternates fresh processes of two or more programs and prints the ratios of their speeds with the spread. One command for each figure of docs/performance.md.")
        {
            Scenario("step", "The training step on meshes 1×1, 4×4 and 8×8 of this machine's cores, against a peer.", (s, parsed) => s.Step(parsed.GetValue(Peer) ?? [], parsed.GetValue(Steps)), Steps, Peer),
            Scenario("ranks", "The training step on eight ranks against one, on the same cores.", (s, parsed) => s.Ranks(parsed.GetValue(Steps)), Steps),
            Scenario("placement", "The training step on eight ranks with skewed routing: replicas and invariant sums against experts at home.", (s, parsed) => s.Placement(parsed.GetValue(Steps)), Steps),
            Scenario("clock", "The training step with virtual time against the step without.", (s, parsed) => s.Clock(parsed.GetValue(Steps)), Steps),
            Scenario("first-step", "The first training step of a fresh process over its steady one.", (s, _) => s.FirstStep()),
            Scenario("configuration", "The sample built Debug against Release.", (s, parsed) => s.Configuration(parsed.GetValue(SampleSteps)), SampleSteps),
            Scenario("precision", "The training step in bf16 against fp32.", (s, parsed) => s.Precision(parsed.GetValue(Steps)), Steps),
            Scenario("loss", "The sample's validation loss after a short run in bf16 against fp32, a seed a process.", (s, parsed) => s.Loss(parsed.GetValue(LossSteps)), LossSteps),
            Scenario("attention", "Causal attention, forward and backward on two threads, against PyTorch.", (s, parsed) => s.Attention(parsed.GetValue(PythonPath)), PythonPath),
        };
        var result = root.Parse(arguments);
        if (result.Errors.Count > 0)
            return Refuse(string.Join("; ", result.Errors.Select(error => error.Message.TrimEnd('.')).Append("see --help")));
        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static Command Scenario(string name, string description, Func<Scenarios, ParseResult, Task> run, params Symbol[] symbols)
    {
        var command = new Command(name, description) { Processes };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                await run(new Scenarios(Console.Out, parsed.GetValue(Processes), stop), parsed);
                return Done;
            }
            catch (Refusal refusal)
            {
                return Refuse(refusal.Message);
            }
            catch (OperationCanceledException)
            {
                return Interrupted;
            }
        });
        return command;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason.ReplaceLineEndings(" "));
        return BadInput;
    }

    private static Option<int> Number(string name, string description, int standard) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result => Positive(result, name),
    };

    private static int Positive(ArgumentResult result, string name)
    {
        string got = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (int.TryParse(got, CultureInfo.InvariantCulture, out int value) && value > 0)
            return value;
        result.AddError($"{name}: got '{got}', need a whole number of at least 1");
        return default;
    }
}
