using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>
/// The device memory of one rank: native, zeroed, aligned to 64 bytes. The static part holds every buffer of the plan; the routed stack follows it. Only address space is
/// reserved; the operating system commits a page when it is first written.
/// </summary>
public sealed unsafe class Arena : IDisposable
{
    private const int Alignment = 64;

    private const int PageBytes = 4096;

    private readonly long reserved;
    private void* block;
    private void* wideBlock;

    /// <summary>Reserves a rank's memory.</summary>
    /// <param name="rank">The rank, for messages.</param>
    /// <param name="staticBytes">Bytes of the plan's buffers.</param>
    /// <param name="routedBytes">Most bytes the routed stack may take; cut to what the capacity leaves.</param>
    /// <param name="capacityBytes">HBM of the rank.</param>
    /// <param name="buffers">The plan's buffers, for messages.</param>
    /// <param name="temporaryBytes">Of the static bytes, those at the far end of device memory, which the routed stack may use while they are free.</param>
    /// <param name="storesBFloat16">Whether the plan has buffers in bfloat16.</param>
    /// <exception cref="HbmOverflowException">The static bytes exceed the capacity.</exception>
    public Arena(int rank, long staticBytes, long routedBytes, long capacityBytes, IReadOnlyList<NamedBuffer> buffers, long temporaryBytes = 0, bool storesBFloat16 = false)
    {
        Require(rank, staticBytes, capacityBytes, buffers);
        (Rank, StaticBytes, TemporaryBytes, CapacityBytes, Buffers) = (rank, staticBytes, temporaryBytes, capacityBytes, buffers);
        long routedStart = (staticBytes + Alignment - 1) / Alignment * Alignment;
        reserved = routedStart + Math.Clamp(routedBytes, 0, Math.Max(0, capacityBytes + temporaryBytes - routedStart));
        try
        {
            block = NativeMemory.AllocZeroed((nuint)(reserved + HugePages.Bytes));
            wideBlock = storesBFloat16 ? NativeMemory.AllocZeroed((nuint)(2 * reserved + HugePages.Bytes)) : null;
        }
        catch (OutOfMemoryException exception)
        {
            throw new InvalidOperationException($"This machine cannot reserve {HbmTable.Bytes(storesBFloat16 ? 3 * reserved : reserved)} for emulated rank {rank}. Use fewer ranks, a smaller Batch, or a machine with more memory.", exception);
        }
        Base = Aligned(block);
        WideBase = wideBlock is null ? null : Aligned(wideBlock);
        HugePages.Advise(Base, (nint)reserved);
        HugePages.Advise(WideBase, WideBase is null ? 0 : (nint)(2 * reserved));
        Routed = new RoutedStack(this, routedStart, reserved);
    }

    /// <summary>Frees the memory should nobody have disposed it.</summary>
    ~Arena() => Free();

    /// <summary>The rank.</summary>
    public int Rank { get; }

    /// <summary>Bytes of the plan's buffers.</summary>
    public long StaticBytes { get; }

    /// <summary>Of <see cref="StaticBytes"/>, those that the routed stack may use while they are free.</summary>
    public long TemporaryBytes { get; }

    /// <summary>HBM of the rank.</summary>
    public long CapacityBytes { get; }

    /// <summary>The part whose size depends on routing.</summary>
    public RoutedStack Routed { get; }

    /// <summary>Most bytes in use since the routed stack's mark was last reset: static part plus routed high-water mark, less the temporaries that the stack's rows replaced.</summary>
    public long HighWaterBytes => StaticBytes + Math.Max(0, Routed.HighWaterBytes - TemporaryBytes);

    /// <summary>Bytes in use now, counted as <see cref="HighWaterBytes"/> counts them.</summary>
    internal long LiveBytes => StaticBytes + Math.Max(0, Routed.LiveBytes - TemporaryBytes);

    internal IReadOnlyList<NamedBuffer> Buffers { get; }

    internal byte* Base { get; private set; }

    /// <summary>
    /// Where buffers in bfloat16 lie on the host, which holds their elements as floats: twice the device's offset, in memory of their own. A buffer has one format while it lives, so the two never disagree, and
    /// pages that nobody writes cost nothing.
    /// </summary>
    internal byte* WideBase { get; private set; }

    /// <summary>Floats of the static part, from a byte offset.</summary>
    public Span<float> Floats(long offset, int length) => new(At(offset, length, sizeof(float)), length);

    /// <summary>Values of 2 bytes on the device, from a byte offset of the static part; the host holds them as floats.</summary>
    /// <exception cref="InvalidOperationException">The plan has no buffers in bfloat16.</exception>
    public Span<float> BFloat16s(long offset, int length) => new(At(offset, length, 2), length);

    /// <summary>Integers of the static part, from a byte offset.</summary>
    public Span<int> Integers(long offset, int length) => new(At(offset, length, sizeof(int)), length);

    /// <summary>
    /// Has the operating system commit what a step will use now, and not in the midst of the first step, where the faults would take longer than the arithmetic. Called by the rank's own thread, so that the
    /// pages lie close to the core that uses them. The contents must still be zeros.
    /// </summary>
    internal void Commit(long persistentBytes, long peakBytes)
    {
        peakBytes = Math.Min(peakBytes, reserved);
        Touch(Base, WideBase is null ? peakBytes : persistentBytes);
        if (WideBase is not null)
            Touch(WideBase + 2 * persistentBytes, 2 * (peakBytes - persistentBytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Leaves the memory to a thread that could not be stopped.</summary>
    internal void Abandon() => GC.SuppressFinalize(this);

    internal static void Require(int rank, long staticBytes, long capacityBytes, IReadOnlyList<NamedBuffer> buffers)
    {
        if (staticBytes > capacityBytes)
            throw HbmTable.Overflow(rank, "the program's static memory", staticBytes, capacityBytes, buffers);
    }

    /// <summary>Where on the host the elements of a buffer lie, by its byte offset on the device and its elements' bytes there.</summary>
    internal byte* Host(long offset, int elementBytes)
    {
        if (elementBytes == sizeof(float))
            return Base + offset;
        if (WideBase is null)
            throw new InvalidOperationException($"Arena of rank {Rank}: this plan has no buffers in bfloat16.");
        return WideBase + 2 * offset;
    }

    private static byte* Aligned(void* memory) => (byte*)(((nint)memory + HugePages.Bytes - 1) & -HugePages.Bytes);

    private static void Touch(byte* start, long bytes)
        => Ranges.Split(new PageTouch(start), (nint)((bytes + PageBytes - 1) / PageBytes), HugePages.Bytes / PageBytes);

    private void* At(long offset, int length, int elementBytes)
    {
        ObjectDisposedException.ThrowIf(block is null, this);
        if (offset < 0 || length < 0 || offset + (long)length * elementBytes > StaticBytes)
            throw new ArgumentOutOfRangeException(nameof(offset), $"Arena of rank {Rank}: got bytes {offset} to {offset + (long)length * elementBytes}, need a range within its {StaticBytes} static bytes.");
        return Host(offset, elementBytes);
    }

    private void Free()
    {
        NativeMemory.Free(block);
        NativeMemory.Free(wideBlock);
        block = wideBlock = null;
        Base = WideBase = null;
    }

    private readonly struct PageTouch(byte* start) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (nint page = begin; page < end; page++)
                start[page * PageBytes] = 0;
        }
    }
}
