using System.Globalization;
using AdaptiveExperts.Comparison;
using AdaptiveExperts.Models;
using AdaptiveExperts.Topics;
using Spectre.Console;

namespace AdaptiveExperts.Display;

/// <summary>Plain lines, for a file, a pipe, or a terminal without cursor movement.</summary>
public class LineDisplay(IAnsiConsole console, int steps) : IDisplay
{
    private const int Lines = 24;

    protected IAnsiConsole Console => console;

    protected int Steps => steps;

    protected string Moving { get; private set; } = "";

    protected bool Unicode => console.Profile.Capabilities.Unicode;

    public virtual ComparisonResult During(Func<ComparisonResult> work) => work();

    public virtual void Start(TopicText text, string machine, string moving)
    {
        Moving = moving;
        Line($"text      {text.Source}: {string.Join(", ", text.Topics.Select(topic => $"{topic.Name} {topic.Text.Length / 1024.0:F0} KiB"))}");
        Line($"model     {Sizes.Layers} layers of {Sizes.Experts} experts on {Sizes.Ranks} ranks, {Sizes.TopK} a token, {Sizes.Batch * Sizes.Context} tokens a step; time on {machine} is emulated");
    }

    public virtual void Stepped(int step, Topic topic, StepFigures home, StepFigures moved)
    {
        if (step % Math.Max(1, steps / Lines) == 0 || step == steps - 1)
            Line($"step {step + 1,5}  {Figures(home, moved)}  rows {RankBars.Short(moved.RowsAtHome, Unicode)} {moved.ImbalanceAtHome:F2} -> {RankBars.Short(moved.Rows, Unicode)} {moved.Imbalance:F2}  {moved.Replicas,3} replicas  {topic.Name}");
    }

    public void Finished(ComparisonResult result, bool interrupted) => ClosingTable.Write(console, result, interrupted);

    protected string Figures(StepFigures home, StepFigures moved) => string.Create(CultureInfo.InvariantCulture,
        $"loss {moved.Loss:F4}  static {home.Emulated.TotalMilliseconds:F3} ms, {Moving} {moved.Emulated.TotalMilliseconds:F3} ms");

    /// <summary>Written as text, never as markup: a path may contain brackets.</summary>
    protected virtual void Line(string line) => console.Write(new Text(line + "\n"));

    // Numbers read the same in every culture.
    private void Line(FormattableString line) => Line(line.ToString(CultureInfo.InvariantCulture));
}
