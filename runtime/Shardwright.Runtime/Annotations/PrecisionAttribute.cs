namespace Shardwright;

/// <summary>
/// The format that a model, a module or a parameter computes in. Operands of matrix products are rounded to it; results are stored in it, in bf16 where it has eight bits.
/// Sums, statistics, losses, weights and the optimizer's state stay float32. The innermost attribute counts; a parameter's own is the format of the products with it,
/// for both operands.
/// </summary>
/// <param name="format">The format.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, Inherited = false)]
public sealed class PrecisionAttribute(NumberFormat format) : Attribute
{
    /// <summary>The format.</summary>
    public NumberFormat Format => format;

    /// <summary>Whether stored results are rounded stochastically, with the trainer's seed; else to nearest, ties to even. Operands always go to nearest.</summary>
    public bool Stochastic { get; set; }
}
