namespace Shardwright;

/// <summary>The global shape of an input: what one micro-batch holds over all ranks together.</summary>
/// <param name="dimensions">One entry a dimension: the name of an integer constant of the class (use <c>nameof</c>) or an integer.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ShapeAttribute(params string[] dimensions) : Attribute
{
    /// <summary>One entry a dimension: the name of an integer constant of the class, or an integer.</summary>
    public IReadOnlyList<string> Dimensions => dimensions;
}
