namespace Shardwright.Hardware;

/// <summary>Which activations of a layer are kept for the backward pass.</summary>
public enum Recomputation
{
    /// <summary>All are kept.</summary>
    None,

    /// <summary>The attention scores are computed again.</summary>
    Selective,

    /// <summary>Only a layer's input is kept.</summary>
    Full,
}
