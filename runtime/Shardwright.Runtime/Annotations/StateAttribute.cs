namespace Shardwright;

/// <summary>Marks a <see cref="State"/> property: a tensor that persists from step to step and has no gradient.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StateAttribute : Attribute;
