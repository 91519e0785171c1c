using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>
/// Asks Linux for 2 MiB pages. The first step touches hundreds of megabytes for the first time: in 4 KiB pages that is more than a hundred thousand faults, which take longer than the
/// step's arithmetic; and a later step misses the TLB less. Elsewhere, or when the system declines, nothing changes.
/// </summary>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of a huge page on x86-64 and on Arm with 4 KiB pages; memory should be aligned to it.</summary>
    public const int Bytes = 2 << 20;

    private const int Advice = 14;      // MADV_HUGEPAGE, asm-generic/mman-common.h

    /// <summary>Undefined memory for <c>NativeMemory.AlignedFree</c>, aligned to 64 bytes, or to a huge page where it fills one.</summary>
    public static void* Allocate(nint bytes)
    {
        void* memory = NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), bytes < Bytes ? 64 : (nuint)Bytes);
        Advise(memory, bytes);
        return memory;
    }

    /// <summary>Advises the huge pages that lie wholly inside a range.</summary>
    public static void Advise(void* start, nint bytes)
    {
        nint first = ((nint)start + Bytes - 1) & -Bytes, end = ((nint)start + bytes) & -Bytes;
        if (OperatingSystem.IsLinux() && end > first)
            _ = Madvise((void*)first, (nuint)(end - first), Advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* start, nuint bytes, int advice);
}
