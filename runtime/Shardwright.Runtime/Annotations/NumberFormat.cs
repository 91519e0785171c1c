namespace Shardwright;

/// <summary>
/// The floating-point formats that operands and results may be rounded to. The host holds every value as a float32: a value "in bf16" is a float32 that bf16 can represent.
/// What lies beyond the largest finite value becomes infinity where the format has one (IEEE 754), else the largest finite value.
/// </summary>
public enum NumberFormat
{
    /// <summary>IEEE 754 binary32: nothing is rounded.</summary>
    Float32,

    /// <summary>Eight bits of exponent, seven of fraction: the upper half of a float32, with its range, subnormals, infinities and NaN.</summary>
    BFloat16,

    /// <summary>
    /// Trainium 2's e4m3: bias 7, exponent field 15 holds infinity and NaN as in IEEE 754, largest finite 240, smallest normal 2⁻⁶, smallest subnormal 2⁻⁹.
    /// </summary>
    Float8E4M3,

    /// <summary>
    /// Trainium 3's e4m3fn (OCP 8-bit floating point specification, revision 1.0): bias 7, no infinity, NaN only at 0x7F and 0xFF, largest finite 448, smallest
    /// normal 2⁻⁶, smallest subnormal 2⁻⁹. Conversion saturates, as the specification's saturating mode does: infinity and all that is too large become ±448; NaN stays NaN.
    /// </summary>
    Float8E4M3Fn,

    /// <summary>
    /// e5m2 (OCP 8-bit floating point specification, revision 1.0; the same on all Trainium): bias 15, infinities and NaN at exponent field 31, largest finite 57344,
    /// smallest normal 2⁻¹⁴, smallest subnormal 2⁻¹⁶. Conversion does not saturate.
    /// </summary>
    Float8E5M2,
}
