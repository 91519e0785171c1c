using System.Diagnostics;
using Shardwright;
using SparseLanguage.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SparseLanguage.Display;

/// <summary>A panel that follows the run, for a terminal.</summary>
public sealed class TerminalDisplay(IAnsiConsole console) : LineDisplay(console)
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(100);

    private readonly List<string> _lines = [];
    private LiveDisplayContext? _live;
    private long _started, _refreshed;

    public override TrainingSummary During(Func<TrainingSummary> work)
    {
        var summary = Console.Live(new Text("")).AutoClear(true).Start(live =>
        {
            _live = live;
            return work();
        });
        foreach (var line in _lines)
            Console.Write(new Text(line + "\n"));
        return summary;
    }

    public override void Stepped(StepReport report)
    {
        var now = Stopwatch.GetTimestamp();
        if (_started == 0)
            _started = now;
        // Drawing is text work on a core that a rank needs.
        if (_refreshed != 0 && Stopwatch.GetElapsedTime(_refreshed, now) < RefreshInterval && report.Step != Steps - 1)
            return;
        _refreshed = now;
        Show(Panel(report, Stopwatch.GetElapsedTime(_started, now)));
    }

    /// <summary>While the panel lives, lines stand above it in the same drawing; a line written over it would leave the panel's rest behind.</summary>
    protected override void Line(string line)
    {
        _lines.Add(line);
        Show(new Text(""));
    }

    private void Show(IRenderable below) => _live?.UpdateTarget(new Spectre.Console.Rows([.. _lines.Select(line => new Text(line)), below]));

    private Panel Panel(StepReport report, TimeSpan elapsed)
    {
        var done = report.Step + 1;
        var remaining = elapsed / Math.Max(1, done - 1) * (Steps - done);       // the clock starts at the end of the first step
        var grid = new Grid().AddColumn().AddColumn();
        Row("step", $"{done} of {Steps}, {remaining:m\\:ss} left");
        Row("", Bar(done, Steps));
        Row("loss", Figures(report));
        Row("experts", LoadBar(report));
        return new Panel(grid) { Border = BoxBorder.Rounded, Header = new PanelHeader("training") };

        void Row(string name, string value) => grid.AddRow(new IRenderable[] { new Text(name), new Text(value) });
    }

    private string Bar(int step, int steps)
    {
        const int width = 40;
        var filled = (int)((long)step * width / Math.Max(1, steps));
        var (full, empty) = Console.Profile.Capabilities.Unicode ? ('━', '─') : ('#', '.');
        return new string(full, filled) + new string(empty, width - filled);
    }
}
