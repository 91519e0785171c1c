namespace Shardwright.Execution;

/// <summary>What the matrix products compute with. All give the same bits.</summary>
public enum InstructionSet
{
    /// <summary>128-bit vectors: Arm's NEON, or whatever the machine has; slow where it lacks fused multiply-adds.</summary>
    Portable,

    /// <summary>256-bit vectors with fused multiply-adds (x86-64-v3).</summary>
    Avx2,

    /// <summary>512-bit vectors (x86-64-v4).</summary>
    Avx512,
}
