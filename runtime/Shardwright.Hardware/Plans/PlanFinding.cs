namespace Shardwright.Hardware;

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>An improvement.</summary>
    Info,

    /// <summary>Probably wrong.</summary>
    Warning,

    /// <summary>It cannot run.</summary>
    Error,
}

/// <summary>What a rule says about a model.</summary>
/// <param name="Rule">Its number, <c>SHW4001</c>.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Title">The rule in a few words.</param>
/// <param name="Message">What, got, need, fix.</param>
/// <param name="Source">Where; null for the model as a whole.</param>
/// <param name="SavedPicoseconds">What following it saves of a step; null where that is not known.</param>
public sealed record PlanFinding(string Rule, FindingSeverity Severity, string Title, string Message, PlanSource? Source, long? SavedPicoseconds);
