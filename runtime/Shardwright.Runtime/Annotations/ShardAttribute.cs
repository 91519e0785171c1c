namespace Shardwright;

/// <summary>Splits one dimension of a parameter or of an input over an axis of the mesh.</summary>
/// <param name="axis">The axis that the dimension is split over.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter, AllowMultiple = true)]
public sealed class ShardAttribute(MeshAxis axis) : Attribute
{
    /// <summary>The axis that the dimension is split over.</summary>
    public MeshAxis Axis => axis;

    /// <summary>The dimension that is split, from 0.</summary>
    public int Dimension { get; set; }
}
