using System.Globalization;
using AdaptiveExperts.Comparison;
using AdaptiveExperts.Models;
using AdaptiveExperts.Topics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AdaptiveExperts.Display;

/// <summary>A panel that follows the run, for a terminal: the rows of each rank, had experts stayed at home and as they were placed.</summary>
public sealed class TerminalDisplay(IAnsiConsole console, int steps) : LineDisplay(console, steps)
{
    private const int BarWidth = 24;

    private readonly List<string> lines = [];
    private LiveDisplayContext? live;

    public override ComparisonResult During(Func<ComparisonResult> work)
    {
        var result = Console.Live(new Text("")).AutoClear(true).Start(context =>
        {
            live = context;
            return work();
        });
        foreach (var line in lines)
            Console.Write(new Text(line + "\n"));
        return result;
    }

    public override void Stepped(int step, Topic topic, StepFigures home, StepFigures moved) => Show(Panel(step, topic, home, moved));

    /// <summary>While the panel lives, lines stand above it in the same drawing.</summary>
    protected override void Line(string line)
    {
        lines.Add(line);
        Show(new Text(""));
    }

    private void Show(IRenderable below) => live?.UpdateTarget(new Rows([.. lines.Select(line => new Text(line)), below]));

    private Panel Panel(int step, Topic topic, StepFigures home, StepFigures moved)
    {
        var table = new Table { Border = TableBorder.None }.AddColumn("").AddColumn(Column("experts at home", moved.ImbalanceAtHome)).AddColumn(Column(Moving, moved.Imbalance));
        for (var rank = 0; rank < Sizes.Ranks; rank++)
            table.AddRow(new Text($"rank {rank}"), Bar(moved.RowsAtHome, rank), Bar(moved.Rows, rank));
        var below = new Text(string.Create(CultureInfo.InvariantCulture, $"{Figures(home, moved)}\n{moved.Replicas} replicas, {moved.MovedBytes / 1048576.0:F1} MiB moved"));
        return new Panel(new Rows(table, below)) { Border = BoxBorder.Rounded, Header = new PanelHeader(Markup.Escape($"step {step + 1} of {Steps}, {topic.Name}")) };

        static string Column(string name, double imbalance) => string.Create(CultureInfo.InvariantCulture, $"{name}, {imbalance:F2}");
    }

    private Text Bar(long[] rows, int rank) => new($"{RankBars.Long(rows, rank, BarWidth, Unicode).PadRight(BarWidth)} {rows[rank],6}");
}
