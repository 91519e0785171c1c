namespace Shardwright.Hardware.Reports;

/// <summary>A part of what was exceeded.</summary>
/// <param name="Text">What it is.</param>
/// <param name="Source">The line that causes it; null where there is none, such as the optimizer's.</param>
/// <param name="Share">Its part of the whole.</param>
public sealed record BudgetCause(string Text, PlanSource? Source, double Share)
{
    private const int LongestText = 72;

    /// <summary>Share, file and line, and what stands there.</summary>
    public override string ToString()
    {
        string text = Text.Length > LongestText ? Text.Substring(0, LongestText - 1) + "…" : Text;
        return $"{ScaleText.Percent(Share)} {(Source is null ? text : FormattableString.Invariant($"{Source.File}({Source.Line}): {text}"))}";
    }
}

/// <summary>A budget that a model exceeds.</summary>
/// <param name="Setting">The property, one of <see cref="BudgetLimits"/>.</param>
/// <param name="Message">Got, limit, and the largest causes.</param>
/// <param name="Source">The line of the largest cause that has one; else the model's.</param>
/// <param name="Causes">The largest, at most three.</param>
public sealed record BudgetBreach(string Setting, string Message, PlanSource? Source, IReadOnlyList<BudgetCause> Causes);
