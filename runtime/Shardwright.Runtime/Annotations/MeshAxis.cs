namespace Shardwright;

/// <summary>An axis of the mesh that a dimension of a tensor may be split over.</summary>
public enum MeshAxis
{
    /// <summary>Sequences of the micro-batch.</summary>
    Data,

    /// <summary>Experts of a group.</summary>
    Expert,

    /// <summary>Columns or rows of a weight.</summary>
    Tensor,
}
