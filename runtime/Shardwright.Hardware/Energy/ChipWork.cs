namespace Shardwright.Hardware;

/// <summary>What one chip did in a step, as far as energy depends on it.</summary>
/// <param name="Float32Flops">Floating-point operations of float32 products.</param>
/// <param name="BFloat16Flops">Floating-point operations of bfloat16 products.</param>
/// <param name="Float8Flops">Floating-point operations of 8-bit products.</param>
/// <param name="HbmBytes">Bytes between HBM and the core, both directions.</param>
/// <param name="LinkBytes">Bytes that the chip sends over links.</param>
public readonly record struct ChipWork(long Float32Flops, long BFloat16Flops, long Float8Flops, long HbmBytes, long LinkBytes)
{
    /// <summary>Adds part by part, for the ranks of a chip and the ops of a step.</summary>
    /// <exception cref="OverflowException">A part exceeds 2^63 − 1.</exception>
    public static ChipWork operator +(ChipWork a, ChipWork b) => checked(new(
        a.Float32Flops + b.Float32Flops,
        a.BFloat16Flops + b.BFloat16Flops,
        a.Float8Flops + b.Float8Flops,
        a.HbmBytes + b.HbmBytes,
        a.LinkBytes + b.LinkBytes));

    /// <summary>Work of an op whose products all have one format.</summary>
    public static ChipWork Of(EngineTimes times, OperandFormat format, long linkBytes = 0) => new(
        format == OperandFormat.Float32 ? times.Flops : 0,
        format == OperandFormat.BFloat16 ? times.Flops : 0,
        format == OperandFormat.Float8 ? times.Flops : 0,
        times.HbmBytes,
        linkBytes);
}
