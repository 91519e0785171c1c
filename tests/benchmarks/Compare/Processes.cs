using System.ComponentModel;
using System.Diagnostics;

namespace Compare;

/// <summary>Other programs, run one at a time to their end.</summary>
internal static class Processes
{
    // They hold OpenBLAS to the kernels of an older processor, and a peer must run at its best.
    private static readonly string[] Handicaps = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

    /// <summary>Runs a command and returns its exit code and everything it wrote.</summary>
    /// <exception cref="Refusal">The program does not exist or may not be run.</exception>
    public static async Task<(int Code, string Output)> Run(IReadOnlyList<string> command, CancellationToken stop)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in Handicaps)
            start.Environment.Remove(name);
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(stop);
            var errors = process.StandardError.ReadToEndAsync(stop);
            await process.WaitForExitAsync(stop);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new Refusal($"{start.FileName}: cannot be started ({failure.Message})");
        }
    }
}
