namespace Shardwright;

/// <summary>
/// The mesh of ranks that a model trains on. The world is <see cref="Data"/> ranks; <see cref="Expert"/> divides them (it does not multiply the world):
/// rank = expertData · Expert + expert. It changes where the program runs, never its numbers.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MeshAttribute : Attribute
{
    /// <summary>Ranks over which the sequences of a micro-batch are split.</summary>
    public int Data { get; set; } = 1;

    /// <summary>Ranks over which the experts of a group are split; a divisor of <see cref="Data"/>.</summary>
    public int Expert { get; set; } = 1;
}
