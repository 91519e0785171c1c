using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

/// <summary>
/// Operations on one row. Sums over its columns are those of <see cref="RowFold{TTerm}"/>. A kernel that needs a sum before it can write first sums a few
/// rows, see <see cref="RowsAtOnce"/>: row by row, every write would wait for its own sum.
/// </summary>
internal static unsafe class Row
{
    // 2 KiB between a row that is summed and the one that is written meanwhile: the sum's last additions have time to finish.
    private const int FloatsAhead = 512;
    private const int MostAhead = 4;

    // 8 KiB: of up to four operands what was summed is still in the L1 cache when it is used again.
    private const int FloatsAtOnce = 2048;

    /// <summary>Most of <see cref="RowsAtOnce"/>: one vector of sums.</summary>
    public const int MostAtOnce = Lanes.Count;

    /// <summary>Rows to sum before the first of them is used.</summary>
    public static nint RowsAtOnce(nint columns) => Math.Clamp(FloatsAtOnce / columns, 1, MostAtOnce);

    /// <summary>
    /// Rows between the one that is written and the one that is summed in the same loop. Reading ahead keeps the memory busy while a row is
    /// computed, and no write waits for its own sum.
    /// </summary>
    public static nint Ahead(nint columns) => Math.Clamp(FloatsAhead / columns, 1, MostAhead);

    public static float Sum(float* x, nint columns) => RowFold<SumTerm>.Run(new(x), columns);

    /// <summary>Σ_c a·b.</summary>
    public static float Dot(float* a, float* b, nint columns) => RowFold<DotTerm>.Run(new(a, b), columns);

    /// <summary>Σ_c a·b·d.</summary>
    public static float Dot(float* a, float* b, float* d, nint columns) => RowFold<TripleDotTerm>.Run(new(a, b, d), columns);

    /// <summary>Σ_c (x − center)².</summary>
    public static float Squares(float* x, nint columns, float center) => RowFold<SquareTerm>.Run(new(x, Vector512.Create(center)), columns);

    /// <summary>y = e^(x − shift), x being at most the shift; returns Σ_c y.</summary>
    public static float Exponentials(float* x, float* y, nint columns, float shift) => RowFold<StoredExponentialTerm>.Run(new(x, y, Vector512.Create(shift)), columns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(float* x, nint columns)
    {
        var lowest = Vector512.Create(float.NegativeInfinity);
        var (even, odd) = (lowest, lowest);
        nint c = 0;
        for (; c <= columns - (2 * Lanes.Count); c += 2 * Lanes.Count)
        {
            even = Vector512.MaxNative(even, Vector512.Load(x + c));
            odd = Vector512.MaxNative(odd, Vector512.Load(x + c + Lanes.Count));
        }

        for (; c < columns; c += Lanes.Count)
            even = Vector512.MaxNative(even, columns - c >= Lanes.Count ? Vector512.Load(x + c) : Lanes.LoadFirst(x + c, columns - c, lowest));
        return Lanes.Max(Vector512.MaxNative(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* x, nint columns, float factor)
    {
        var scale = Vector512.Create(factor);
        nint c = 0;
        for (; c <= columns - Lanes.Count; c += Lanes.Count)
            (Vector512.Load(x + c) * scale).Store(x + c);
        if (c < columns)
            Lanes.StoreFirst(Lanes.LoadFirst(x + c, columns - c) * scale, x + c, columns - c);
    }

    /// <summary>x += y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float* y, nint columns)
    {
        nint c = 0;
        for (; c <= columns - Lanes.Count; c += Lanes.Count)
            (Vector512.Load(x + c) + Vector512.Load(y + c)).Store(x + c);
        if (c < columns)
            Lanes.StoreFirst(Lanes.LoadFirst(x + c, columns - c) + Lanes.LoadFirst(y + c, columns - c), x + c, columns - c);
    }

    /// <summary>y = x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* x, float* y, nint columns)
    {
        nint c = 0;
        for (; c <= columns - Lanes.Count; c += Lanes.Count)
            Vector512.Load(x + c).Store(y + c);
        if (c < columns)
            Lanes.StoreFirst(Lanes.LoadFirst(x + c, columns - c), y + c, columns - c);
    }

    /// <summary>Asks for row <paramref name="row"/>, if there is one before <paramref name="end"/>, while a pass that only computes leaves the memory idle.</summary>
    public static void Prefetch(float* x, nint row, nint end, nint columns)
    {
        if (!Sse.IsSupported || row >= end)
            return;
        for (nint c = 0; c < columns; c += Lanes.Count)
            Sse.Prefetch1(x + (row * columns) + c);
    }

    /// <summary>x += +0, which turns −0 into +0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddZero(float* x, nint columns)
    {
        for (nint c = 0; c < columns; c += Lanes.Count)
            Lanes.Store(Lanes.Load(x + c, columns - c) + Vector512<float>.Zero, x + c, columns - c);
    }

    private readonly struct SumTerm(float* x) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint column, nint left) => sum + Lanes.Load(x + column, left);
    }

    private readonly struct DotTerm(float* a, float* b) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint column, nint left)
            => Vector512.FusedMultiplyAdd(Lanes.Load(a + column, left), Lanes.Load(b + column, left), sum);
    }

    private readonly struct TripleDotTerm(float* a, float* b, float* d) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint column, nint left)
            => Vector512.FusedMultiplyAdd(Lanes.Load(a + column, left) * Lanes.Load(b + column, left), Lanes.Load(d + column, left), sum);
    }

    private readonly struct SquareTerm(float* x, Vector512<float> center) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint column, nint left)
        {
            // The missing lanes of a last vector hold the center and so add nothing.
            var offset = (left >= Lanes.Count ? Vector512.Load(x + column) : Lanes.LoadFirst(x + column, left, center)) - center;
            return Vector512.FusedMultiplyAdd(offset, offset, sum);
        }
    }

    private readonly struct StoredExponentialTerm(float* x, float* y, Vector512<float> shift) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint column, nint left)
        {
            var e = VectorMath.ExpNotLarge(Lanes.Load(x + column, left) - shift);
            Lanes.Store(e, y + column, left);
            return sum + (left >= Lanes.Count ? e : e & Lanes.First(left));
        }
    }
}
