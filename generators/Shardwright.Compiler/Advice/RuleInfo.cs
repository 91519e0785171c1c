namespace Shardwright.Compiler.Advice;

/// <summary>How much a finding matters, before the user's own <c>.editorconfig</c>.</summary>
public enum RuleSeverity
{
    /// <summary>An improvement.</summary>
    Info,

    /// <summary>Probably not what was meant.</summary>
    Warning,

    /// <summary>The program cannot run on the target.</summary>
    Error,
}

/// <summary>A rule on compiled plans, free of Roslyn; the analyzer makes its descriptor from it.</summary>
/// <param name="Id"><c>SHW3001</c>; the first digit is the family.</param>
/// <param name="Title">One clause without a period.</param>
/// <param name="Severity">The default severity.</param>
public sealed record RuleInfo(string Id, string Title, RuleSeverity Severity)
{
    /// <summary>Advice on time, memory or cost, of which an editor shows the best four a class; the others are mistakes, and all are shown.</summary>
    public bool IsPerformance { get; init; }

    /// <summary>Whether it holds for a class only when every model that reaches the class has it: a module may be right for one model and not used up by another.</summary>
    public bool NeedsEveryModel { get; init; }

    /// <summary>Thresholds, each an <c>.editorconfig</c> entry <c>SHW3002.near_full_percent = 90</c>.</summary>
    public EquatableArray<RuleOption> Options { get; init; }

    /// <summary>The family of advice, by which <c>.editorconfig</c> can set severities: <c>dotnet_analyzer_diagnostic.category-Shardwright.Memory.severity</c>.</summary>
    // Errors belong to no family: whoever turns the advice of one down must still hear that a program cannot run.
    public string Category => Severity == RuleSeverity.Error ? "Shardwright" : "Shardwright." + Id[3] switch
    {
        '1' => "Capture",
        '2' => "Sharding",
        '3' => "Memory",
        '4' => "Communication",
        '5' => "Routing",
        '6' => "Target",
        _ => "Cost",
    };
}

/// <summary>A threshold of a rule.</summary>
/// <param name="Name">Its name behind the rule's: <c>near_full_percent</c>.</param>
/// <param name="Default">Value when nothing is set.</param>
/// <param name="Least">Smallest legal value.</param>
/// <param name="Most">Largest legal value.</param>
public sealed record RuleOption(string Name, double Default, double Least, double Most);
