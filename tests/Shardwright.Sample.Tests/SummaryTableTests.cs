using Shardwright.Hardware;
using SparseLanguage.Display;
using SparseLanguage.Training;
using Spectre.Console;

namespace Shardwright.Sample.Tests;

public sealed class SummaryTableTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("published runs")]
    public void Write_EmulatedStepAtEightyColumns_IsWholeLinesAndSaysWhetherItIsCalibrated(string? calibration)
    {
        var step = new EmulatedSummary("trn2.48xlarge", "data 4 × expert 4", calibration, 0.956, 1.140, Enum.GetValues<Engine>().ToDictionary(engine => engine, _ => 0.123), 0.245, 0.170, 1, 2, 3, 0.1316, 0.267, 9.5e-6, 1.08e8, 1.3e10);
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 80;

        SummaryTable.Write(console, new(1, 1, 4, [5f], 5f, 4f, 1.8, 1000, 2, 1, 0, new Dictionary<Collective, long>(), step), interrupted: false);

        var lines = text.ToString().Split('\n').Select(line => line.TrimEnd()).ToList();
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains(lines, line => line.EndsWith("predicted 0.956 ms, emulated 1.140 ms", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("0.245 ms exposed; 0.170 ms of waiting for ranks", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("13.16 %", StringComparison.Ordinal));
        Assert.Equal(calibration is null, text.ToString().Contains("trn2.48xlarge (uncalibrated):", StringComparison.Ordinal));
    }
}
