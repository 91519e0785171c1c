namespace Shardwright;

/// <summary>How a group of experts is placed and fed. It changes where and how experts run, never their numbers.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExpertsAttribute : Attribute
{
    /// <summary>Which ranks hold an expert's weights while a micro-batch runs.</summary>
    public Placement Placement { get; set; } = Placement.Static;

    /// <summary>How tokens reach the ranks of their experts.</summary>
    public Dispatch Dispatch { get; set; } = Dispatch.Variable;
}
