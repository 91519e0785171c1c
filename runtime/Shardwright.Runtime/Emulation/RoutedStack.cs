namespace Shardwright.Execution;

/// <summary>
/// Buffers whose number of rows the router decides: forward pushes a frame a layer, backward pops it. A frame holds sub-buffers of rows × columns, each addressed by its
/// byte offset per row; rows are rounded up to 16, so that every sub-buffer is aligned to 64 bytes. Counts against the rank's HBM.
/// </summary>
public sealed unsafe class RoutedStack
{
    private const int RowGranule = 16;
    private const int MaxDepth = 4096;

    private readonly Arena arena;
    private readonly long start;
    private readonly long reservedEnd;
    private readonly Frame[] frames = new Frame[MaxDepth];
    private long top;
    private long scratch;
    private long temporaries;

    internal RoutedStack(Arena arena, long start, long reservedEnd)
    {
        (this.arena, this.start, this.reservedEnd) = (arena, start, reservedEnd);
        top = start;
    }

    private record struct Frame(long Start, int Rows, int RoundedRows, int BytesPerRow);

    /// <summary>Frames on the stack.</summary>
    public int Depth { get; private set; }

    /// <summary>Bytes in use, scratch included.</summary>
    public long UsedBytes => top + scratch - start;

    /// <summary>Bytes in use, the static program's temporaries above the stack included.</summary>
    internal long LiveBytes => UsedBytes + temporaries;

    /// <summary>Most bytes in use since <see cref="ResetHighWater"/>, the static program's temporaries above the stack included.</summary>
    public long HighWaterBytes { get; private set; }

    /// <summary>Rows as they count for memory.</summary>
    public static long RoundRows(int rows) => ((long)rows + RowGranule - 1) / RowGranule * RowGranule;

    /// <summary>
    /// Adds a frame of <paramref name="rows"/> rows (0 is ordinary); its content is undefined. Until the next change of the stack, the program uses <paramref name="temporaries"/> bytes at the far end of
    /// memory: both must fit.
    /// </summary>
    /// <exception cref="HbmOverflowException">The frame does not fit into the rank's HBM.</exception>
    public void Push(int rows, int bytesPerRow, long temporaries = 0)
    {
        this.temporaries = temporaries;
        RequireNoScratch("Push");
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (Depth == MaxDepth)
            throw new InvalidOperationException($"RoutedStack.Push: {MaxDepth} frames are on the stack; a frame was never popped.");
        int rounded = checked((int)RoundRows(rows));
        frames[Depth++] = new(top, rows, rounded, 0);
        SetTop(bytesPerRow);
    }

    /// <summary>Changes the top frame's bytes per row; sub-buffers below both sizes keep place and content.</summary>
    public void Resize(int bytesPerRow, long temporaries = 0)
    {
        this.temporaries = temporaries;
        RequireNoScratch("Resize");
        RequireFrame("Resize");
        SetTop(bytesPerRow);
    }

    /// <summary>Removes the top frame.</summary>
    public void Pop() => Pop(temporaries: 0);

    /// <summary>Removes the top frame; until the next change, the program uses <paramref name="temporaries"/> bytes at the far end of memory.</summary>
    public void Pop(long temporaries)
    {
        this.temporaries = temporaries;
        RequireNoScratch("Pop");
        RequireFrame("Pop");
        top = frames[--Depth].Start;
        RequireRoom(top, "the program's temporaries", 0);
        Mark();
    }

    /// <summary>A sub-buffer [rows, columns] of the top frame, at <paramref name="offsetPerRow"/> bytes per row.</summary>
    public Span<float> Floats(int offsetPerRow, int columns) => Buffer(offsetPerRow, columns, sizeof(float), "Floats");

    /// <summary>The same for values of 2 bytes on the device, which the host holds as floats.</summary>
    public Span<float> BFloat16s(int offsetPerRow, int columns) => Buffer(offsetPerRow, columns, 2, "BFloat16s");

    /// <summary>Rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> of a sub-buffer of the top frame: one expert's rows.</summary>
    public Span<float> Rows(int offsetPerRow, int columns, int first, int count) => Floats(offsetPerRow, columns).Slice(first * columns, count * columns);

    /// <summary>The same for values of 2 bytes on the device, which the host holds as floats.</summary>
    public Span<float> BFloat16Rows(int offsetPerRow, int columns, int first, int count) => BFloat16s(offsetPerRow, columns).Slice(first * columns, count * columns);

    /// <summary>Takes scratch on top of the stack and returns its byte offset in the arena. Scratch must be released before the frames change.</summary>
    /// <exception cref="HbmOverflowException">It does not fit into the rank's HBM.</exception>
    public long Reserve(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        long offset = top + scratch;
        long rounded = (bytes + 63) / 64 * 64;
        RequireRoom(offset + rounded, "scratch of a collective", rounded);
        scratch += rounded;
        Mark();
        return offset;
    }

    /// <summary>Releases all scratch from <paramref name="offset"/>, as returned by <see cref="Reserve"/>, upwards.</summary>
    public void Release(long offset)
    {
        if (offset < top || offset > top + scratch)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "RoutedStack.Release: need the offset of a reservation that is still held.");
        scratch = offset - top;
    }

    /// <summary>Reserved scratch as floats, from a byte offset in the arena.</summary>
    public Span<float> Scratch(long offset, int length, int elementBytes = sizeof(float))
    {
        if (offset < top || length < 0 || offset + (long)length * elementBytes > top + scratch)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "RoutedStack.Scratch: need a range within reserved scratch.");
        return new(arena.Host(offset, elementBytes), length);
    }

    /// <summary>Starts a new measurement of <see cref="HighWaterBytes"/>.</summary>
    public void ResetHighWater() => HighWaterBytes = UsedBytes;

    private Span<float> Buffer(int offsetPerRow, int columns, int elementBytes, string operation)
    {
        RequireFrame(operation);
        ref readonly var frame = ref frames[Depth - 1];
        if (offsetPerRow < 0 || columns < 0 || offsetPerRow + (long)columns * elementBytes > frame.BytesPerRow)
            throw new ArgumentOutOfRangeException(nameof(columns), $"RoutedStack.{operation}: got bytes {offsetPerRow} to {offsetPerRow + (long)columns * elementBytes} of a row, need a range within the frame's {frame.BytesPerRow}.");
        return new(arena.Host(frame.Start + (long)offsetPerRow * frame.RoundedRows, elementBytes), checked(frame.Rows * columns));
    }

    private void SetTop(int bytesPerRow)
    {
        if (bytesPerRow < 0 || bytesPerRow % sizeof(float) != 0)
            throw new ArgumentOutOfRangeException(nameof(bytesPerRow), bytesPerRow, "RoutedStack: need a multiple of 4 bytes per row, at least 0.");
        ref var frame = ref frames[Depth - 1];
        long bytes = (long)frame.RoundedRows * bytesPerRow;
        if (!HasRoom(frame.Start + bytes))
            throw Overflow(frame.Start + bytes, $"a routed frame of {frame.Rows} rows × {bytesPerRow} B", bytes);
        frame.BytesPerRow = bytesPerRow;
        top = frame.Start + bytes;
        Mark();
    }

    private void Mark() => HighWaterBytes = Math.Max(HighWaterBytes, LiveBytes);

    // The arena places all temporaries below the stack, so of the capacity they take only what is in use.
    private bool HasRoom(long end) => end <= reservedEnd && end - arena.TemporaryBytes + temporaries <= Math.Max(arena.CapacityBytes, start);

    private void RequireRoom(long end, string what, long bytes)
    {
        if (!HasRoom(end))
            throw Overflow(end, what, bytes);
    }

    // Apart, since its closures would be allocated on entry.
    private Exception Overflow(long end, string what, long bytes)
    {
        var routed = Enumerable.Range(0, Depth).Select(i => frames[i])
            .Select((frame, i) => new NamedBuffer($"routed frame {i}: {frame.Rows} rows × {frame.BytesPerRow} B", frame.Start, (long)frame.RoundedRows * frame.BytesPerRow, "routed"))
            .Where(frame => frame.Bytes > 0 && frame.Offset + frame.Bytes <= end - bytes).Append(new(what, end - bytes, bytes, "routed"));
        long needed = end - start + arena.StaticBytes - arena.TemporaryBytes + temporaries;
        if (needed > arena.CapacityBytes)
            return HbmTable.Overflow(arena.Rank, what, needed, arena.CapacityBytes, [.. arena.Buffers, .. routed], cause: "routed");
        return new InvalidOperationException($"RoutedStack of rank {arena.Rank}: {what} ends at byte {end}, past the {reservedEnd} that the plan foresees in the worst case.");
    }

    private void RequireFrame(string operation)
    {
        if (Depth == 0)
            throw new InvalidOperationException($"RoutedStack.{operation}: the stack is empty.");
    }

    private void RequireNoScratch(string operation)
    {
        if (scratch != 0)
            throw new InvalidOperationException($"RoutedStack.{operation}: {scratch} bytes of scratch are still reserved; release them first.");
    }
}
