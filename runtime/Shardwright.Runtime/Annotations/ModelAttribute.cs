namespace Shardwright;

/// <summary>Marks a partial class as a model: its training program is generated at compile time from its <c>Forward</c> and <c>Loss</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelAttribute : Attribute;
