namespace Shardwright;

/// <summary>A parameter that is used but not trained: no gradient, no optimizer state, no update.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FrozenAttribute : Attribute;
