using Shardwright.Hardware;

namespace Shardwright.Compiler.Graph;

/// <summary>The formats of the annotation of the same name; 8-bit ones are formats of operands, never of storage.</summary>
public enum NumberFormat
{
    Float32,
    BFloat16,
    Float8E4M3,
    Float8E4M3Fn,
    Float8E5M2,
}

/// <summary>What <c>[Precision]</c> says: the format of products' operands; below float32, activations are stored in bfloat16.</summary>
public readonly record struct Precision(NumberFormat Format, bool Stochastic = false)
{
    public static Precision? Of(Modules.PrecisionOption? option) => option is not null && Enum.TryParse<NumberFormat>(option.Format, out var format) ? new Precision(format, option.Stochastic) : null;

    public bool IsLow => Format != NumberFormat.Float32;

    /// <summary>What products take, as machines know it.</summary>
    public OperandFormat Operands => IsEightBit ? OperandFormat.Float8 : IsLow ? OperandFormat.BFloat16 : OperandFormat.Float32;

    public bool IsEightBit => Format is NumberFormat.Float8E4M3 or NumberFormat.Float8E4M3Fn or NumberFormat.Float8E5M2;
}
