namespace Shardwright;

/// <summary>Which ranks hold an expert's weights while a micro-batch runs.</summary>
public enum Placement
{
    /// <summary>Every expert stays on its home rank: expert e of E on peer e / (E / peers).</summary>
    Static,

    /// <summary>Hot experts may be replicated for a micro-batch. Accepted, and at present executed as <see cref="Static"/>, which gives the same numbers.</summary>
    Adaptive,
}
