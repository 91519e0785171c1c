using System.Text;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace KernelSpeed;

/// <summary>`--table [FILTER]`: every kernel against its limit; `--attention CONTEXT [THREADS]`: one line for `Compare`; anything else goes to BenchmarkDotNet.</summary>
public static class Program
{
    private const int BadInput = 2;

    public static int Main(string[] arguments)
    {
        Console.OutputEncoding = Encoding.UTF8;
        switch (arguments)
        {
            case ["--table", .. var filter] when filter.Length <= 1:
                return new Table(Console.Out).Print(filter is [var text] ? text : "") ? 0 : Refuse($"--table {filter[0]}: no op or shape contains it; without it all are printed");
            case ["--attention", var context, .. var threads] when threads.Length <= 1:
                return AttentionPass.Parse(context, threads is [var count] ? count : "2", out string problem) is { } pass ? pass.Print(Console.Out) : Refuse(problem);
            case ["--table" or "--attention", ..]:
                return Refuse("usage: --table [FILTER] | --attention CONTEXT [THREADS] | BenchmarkDotNet's own arguments, such as --filter '*Products*'");
        }
        // In this process: the build settings of the repository are not those that BenchmarkDotNet's generated projects expect.
        var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)).WithOptions(ConfigOptions.JoinSummary)
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(64));
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments, config);
        return 0;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return BadInput;
    }
}
