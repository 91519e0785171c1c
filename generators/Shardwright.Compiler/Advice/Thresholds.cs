namespace Shardwright.Compiler.Advice;

/// <summary>Thresholds that the user set, sorted by key (<c>SHW3002.near_full_percent</c>); equal by value, as steps of a generator need.</summary>
public sealed record Thresholds(EquatableArray<Threshold> Set)
{
    public static readonly Thresholds None = new(default(EquatableArray<Threshold>));

    /// <summary>The value in force.</summary>
    public double Of(RuleInfo rule, string option)
    {
        string key = Key(rule, option);
        return Set.FirstOrDefault(t => t.Key == key)?.Value ?? rule.Options.First(o => o.Name == option).Default;
    }

    public static string Key(RuleInfo rule, string option) => rule.Id + "." + option;
}

/// <summary>One threshold.</summary>
public sealed record Threshold(string Key, double Value);
