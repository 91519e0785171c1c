namespace Shardwright.Hardware;

/// <summary>Eight-bit floating-point formats: machines that multiply eight-bit operands at a rate of their own (<see cref="OperandFormat.Float8"/>) differ in which of them they take.</summary>
public enum Float8Kind
{
    /// <summary>e4m3 with infinities, largest finite 240: Trainium 1 and 2.</summary>
    E4M3,

    /// <summary>e4m3fn of the OCP's 8-bit floating point specification: no infinities, largest finite 448.</summary>
    E4M3Fn,

    /// <summary>e5m2.</summary>
    E5M2,
}
