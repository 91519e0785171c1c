using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>
/// Native scratch of one thread, kept between kernels so that a step allocates nothing. A work item asks once and divides what it gets; the next
/// item on the same thread gets the same memory.
/// </summary>
internal sealed unsafe class Scratch
{
    [ThreadStatic]
    private static Scratch? mine;

    [ThreadStatic]
    private static Scratch? shared;

    private void* memory;
    private nint bytes;

    ~Scratch() => NativeMemory.AlignedFree(memory);

    /// <summary>At least <paramref name="count"/> floats for one work item, 64-byte aligned, with undefined contents.</summary>
    public static float* Floats(nint count) => (mine ??= new Scratch()).AtLeast(count);

    /// <summary>The same for what a kernel shares with its work items, one of which may run on this thread too.</summary>
    public static float* Shared(nint count) => (shared ??= new Scratch()).AtLeast(count);

    /// <summary>Called when a kernel thread starts, since on a busy machine it may take its first item many steps later.</summary>
    public static void Prepare()
    {
        mine ??= new Scratch();
        shared ??= new Scratch();
    }

    private float* AtLeast(nint count)
    {
        if (count * sizeof(float) > bytes)
            Grow(count * sizeof(float));
        return (float*)memory;
    }

    private void Grow(nint need)
    {
        NativeMemory.AlignedFree(memory);
        memory = null;
        bytes = 0;
        var rounded = (need + 65535) & ~(nint)65535;
        memory = NativeMemory.AlignedAlloc((nuint)rounded, 4096);
        bytes = rounded;
    }
}
