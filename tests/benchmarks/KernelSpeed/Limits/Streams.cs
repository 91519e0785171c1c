using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelSpeed;

/// <summary>
/// The memory limit of one core at an op's own working set: one pass that reads as many streams of as many elements as the op and writes as many, with one addition an element read. In place, the streams
/// written are the first ones read. Of a table only its own length is read, again and again, as by an op that gathers rows of it.
/// </summary>
internal sealed unsafe class Streams : IDisposable
{
    // Streams whose addresses agree in their low 12 bits would wait for each other's stores.
    private const int Gap = 272;

    private readonly Buffers buffers = new();
    private readonly Action pass;

    public Streams(int reads, int writes, int elements, bool inPlace, int table = 0)
    {
        int pitch = (elements + 63) / 64 * 64 + Gap;
        // Not zeros: pages that nobody has written are all one page, which stays in the cache.
        var memory = buffers.Random((reads + (inPlace ? 0 : writes)) * pitch);
        int firstWrite = inPlace ? 0 : reads;
        pass = (reads, writes) switch
        {
            (1, 0) => () => Pass<One, None>(memory, elements, pitch, firstWrite),
            (2, 0) => () => Pass<Two, None>(memory, elements, pitch, firstWrite),
            (1, 1) when table > 0 => () => FromTable(memory, elements, pitch, table),
            (1, 1) => () => Pass<One, One>(memory, elements, pitch, firstWrite),
            (1, 2) => () => Pass<One, Two>(memory, elements, pitch, firstWrite),
            (2, 1) => () => Pass<Two, One>(memory, elements, pitch, firstWrite),
            (3, 1) => () => Pass<Three, One>(memory, elements, pitch, firstWrite),
            (3, 2) => () => Pass<Three, Two>(memory, elements, pitch, firstWrite),
            (4, 3) => () => Pass<Four, Three>(memory, elements, pitch, firstWrite),
            _ => throw new ArgumentException($"Streams: got {reads} read and {writes} written; need one of the pairs listed in its constructor."),
        };
    }

    public void Pass() => pass();

    public void Dispose() => buffers.Dispose();

    private static void Pass<TReads, TWrites>(Block memory, nint elements, nint pitch, nint firstWrite)
        where TReads : struct, ICount
        where TWrites : struct, ICount
    {
        fixed (float* first = memory.Span)
            Pass<TReads, TWrites>(first, first + firstWrite * pitch, elements, pitch);
    }

    private static void FromTable(Block memory, nint elements, nint pitch, nint table)
    {
        fixed (float* first = memory.Span)
        {
            for (nint done = 0; done < elements; done += table)
                Pass<One, One>(first, first + pitch + done, Math.Min(table, elements - done), pitch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static Vector512<float> Pass<TReads, TWrites>(float* read, float* write, nint elements, nint pitch)
        where TReads : struct, ICount
        where TWrites : struct, ICount
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (nint i = 0; i < elements; i += 64)
        {
            a = Step<TReads, TWrites>(read + i, write + i, pitch, a);
            b = Step<TReads, TWrites>(read + i + 16, write + i + 16, pitch, b);
            c = Step<TReads, TWrites>(read + i + 32, write + i + 32, pitch, c);
            d = Step<TReads, TWrites>(read + i + 48, write + i + 48, pitch, d);
        }
        return a + b + c + d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Step<TReads, TWrites>(float* read, float* write, nint pitch, Vector512<float> sum)
        where TReads : struct, ICount
        where TWrites : struct, ICount
    {
        var value = TReads.Value > 0 ? Vector512.Load(read) : sum;
        if (TReads.Value > 1)
            value += Vector512.Load(read + pitch);
        if (TReads.Value > 2)
            value += Vector512.Load(read + 2 * pitch);
        if (TReads.Value > 3)
            value += Vector512.Load(read + 3 * pitch);
        if (TWrites.Value == 0)
            return sum + value;
        value.Store(write);
        if (TWrites.Value > 1)
            value.Store(write + pitch);
        if (TWrites.Value > 2)
            value.Store(write + 2 * pitch);
        return sum;
    }

    // Constants as types, so that every pair has a loop of its own without branches.
    private interface ICount
    {
        static abstract int Value { get; }
    }

    private readonly struct None : ICount
    {
        public static int Value => 0;
    }

    private readonly struct One : ICount
    {
        public static int Value => 1;
    }

    private readonly struct Two : ICount
    {
        public static int Value => 2;
    }

    private readonly struct Three : ICount
    {
        public static int Value => 3;
    }

    private readonly struct Four : ICount
    {
        public static int Value => 4;
    }
}
