namespace Shardwright.Hardware;

/// <summary>Number format of a product's operands, as far as it decides the rate of the tensor engine. Sums are float32 in all of them.</summary>
public enum OperandFormat
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>bfloat16.</summary>
    BFloat16,

    /// <summary>8-bit floating point: e4m3, e5m2; MXFP8 where the machine has it.</summary>
    Float8,
}
