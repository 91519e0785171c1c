using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// What happens to a finished block of a product before it is written: v (+ y) (+ bias) (· row scale) (+ residual), rounded; then silu(gate) ∘ v,
/// rounded, to a second output. Pointers are to whole operands; null leaves the part out.
/// </summary>
internal unsafe struct Epilogue
{
    public float* Y;
    public nint Columns;
    public bool Accumulate;
    public float* Bias;
    public float* RowScale;
    public float* Residual;
    public float* Gate;
    public float* Gated;

    // Where the second output's elements stand in the rounding's stream of random bits: half a stream (2³² elements) behind the first's, however many rows there are.
    private static nint GatedIndex => unchecked((nint)(1u << 31));

    /// <summary>True when a tile can write, or add to, the output itself.</summary>
    public readonly bool IsPlain => Bias is null && RowScale is null && Residual is null;

    /// <summary>Finishes block [rows, 64], the part of the output at (row, column) of which <paramref name="width"/> columns exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Apply<TRounder>(TRounder rounder, float* block, nint rows, nint width, nint row, nint column, float* bias)
        where TRounder : unmanaged, IRounder
    {
        var at = (row * Columns) + column;
        for (var end = row + rows; row < end; row++, at += Columns, block += Tile.Width)
        {
            if (width == Tile.Width)
                WholeRow(rounder, block, row, at, bias);
            else
                PartialRow(rounder, block, width, row, at, bias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void WholeRow<TRounder>(TRounder rounder, float* block, nint row, nint at, float* bias)
        where TRounder : unmanaged, IRounder
    {
        var a = Vector512.Load(block);
        var b = Vector512.Load(block + 16);
        var c = Vector512.Load(block + 32);
        var d = Vector512.Load(block + 48);
        if (Accumulate)
            Add(Y + at, ref a, ref b, ref c, ref d);
        if (bias is not null)
            Add(bias, ref a, ref b, ref c, ref d);
        if (RowScale is not null)
        {
            var scale = Vector512.Create(RowScale[row]);
            a *= scale;
            b *= scale;
            c *= scale;
            d *= scale;
        }

        if (Residual is not null)
            Add(Residual + at, ref a, ref b, ref c, ref d);
        a = rounder.Apply(a, at);
        b = rounder.Apply(b, at + 16);
        c = rounder.Apply(c, at + 32);
        d = rounder.Apply(d, at + 48);
        var y = Y + at;
        a.Store(y);
        b.Store(y + 16);
        c.Store(y + 32);
        d.Store(y + 48);
    }

    private readonly void PartialRow<TRounder>(TRounder rounder, float* block, nint width, nint row, nint at, float* bias)
        where TRounder : unmanaged, IRounder
    {
        for (nint j = 0; j < width; j += Lanes.Count)
        {
            var left = width - j;
            var value = Vector512.Load(block + j);
            if (Accumulate)
                value += Lanes.Load(Y + at + j, left);
            if (bias is not null)
                value += Lanes.Load(bias + j, left);
            if (RowScale is not null)
                value *= Vector512.Create(RowScale[row]);
            if (Residual is not null)
                value += Lanes.Load(Residual + at + j, left);
            value = rounder.Apply(value, at + j);
            Lanes.Store(value, Y + at + j, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* from, ref Vector512<float> a, ref Vector512<float> b, ref Vector512<float> c, ref Vector512<float> d)
    {
        a += Vector512.Load(from);
        b += Vector512.Load(from + 16);
        c += Vector512.Load(from + 32);
        d += Vector512.Load(from + 48);
    }

    /// <summary>The second output of whole rows, whose first stands in place: in the order of memory, which the processor foresees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Gating<TRounder>(TRounder rounder, nint row, nint rows)
        where TRounder : unmanaged, IRounder
    {
        var y = Y;
        var gate = Gate;
        var gated = Gated;
        var end = (row + rows) * Columns;
        for (var i = row * Columns; i < end; i += Lanes.Count)
        {
            var left = end - i;
            Lanes.Store(rounder.Apply(Gating(Lanes.Load(gate + i, left), Lanes.Load(y + i, left)), GatedIndex + i), gated + i, left);
        }
    }

    // The bits of SiluGate.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gating(Vector512<float> gate, Vector512<float> value) => gate * VectorMath.Sigmoid(gate) * value;
}
