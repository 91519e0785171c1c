namespace Shardwright;

/// <summary>Exempts a parameter from weight decay.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NoDecayAttribute : Attribute;
