using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>What the matrix products of this process compute with, chosen once by what the machine has.</summary>
    public static InstructionSet InstructionSet { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? InstructionSet.Avx512 : Avx2.IsSupported && Fma.IsSupported ? InstructionSet.Avx2 : InstructionSet.Portable;
}
