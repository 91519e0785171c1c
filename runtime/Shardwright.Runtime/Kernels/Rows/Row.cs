using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// Reductions of one row over its columns. Lane l sums the columns l, l + 16, … in order, then the 16 lanes are added in a fixed pattern: the
/// order depends on the number of columns only.
/// </summary>
internal static unsafe class Row
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(float* x, nint columns)
    {
        var sum = Vector512<float>.Zero;
        for (nint c = 0; c < columns; c += Lanes.Count)
            sum += Lanes.Load(x + c, columns - c);
        return Lanes.Sum(sum);
    }

    /// <summary>Σ_c a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, nint columns)
    {
        var sum = Vector512<float>.Zero;
        for (nint c = 0; c < columns; c += Lanes.Count)
            sum = Vector512.FusedMultiplyAdd(Lanes.Load(a + c, columns - c), Lanes.Load(b + c, columns - c), sum);
        return Lanes.Sum(sum);
    }

    /// <summary>Σ_c a·b·d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, float* d, nint columns)
    {
        var sum = Vector512<float>.Zero;
        for (nint c = 0; c < columns; c += Lanes.Count)
            sum = Vector512.FusedMultiplyAdd(Lanes.Load(a + c, columns - c) * Lanes.Load(b + c, columns - c), Lanes.Load(d + c, columns - c), sum);
        return Lanes.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(float* x, nint columns)
    {
        var lowest = Vector512.Create(float.NegativeInfinity);
        var max = lowest;
        nint c = 0;
        for (; c + Lanes.Count <= columns; c += Lanes.Count)
            max = Vector512.MaxNative(max, Vector512.Load(x + c));
        if (c < columns)
            max = Vector512.MaxNative(max, Lanes.LoadFirst(x + c, columns - c, lowest));
        return Lanes.Max(max);
    }

    /// <summary>y = e^(x − max); returns Σ_c y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentials(float* x, float* y, nint columns, out float max)
    {
        max = Max(x, columns);
        var shift = Vector512.Create(max);
        var sum = Vector512<float>.Zero;
        nint c = 0;
        for (; c + Lanes.Count <= columns; c += Lanes.Count)
        {
            var e = VectorMath.Exp(Vector512.Load(x + c) - shift);
            e.Store(y + c);
            sum += e;
        }

        if (c < columns)
        {
            var e = VectorMath.Exp(Lanes.LoadFirst(x + c, columns - c) - shift) & Lanes.First(columns - c);
            Lanes.StoreFirst(e, y + c, columns - c);
            sum += e;
        }

        return Lanes.Sum(sum);
    }

    /// <summary>log Σ_c e^x, without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float LogSumExp(float* x, nint columns)
    {
        var max = Max(x, columns);
        var shift = Vector512.Create(max);
        var sum = Vector512<float>.Zero;
        nint c = 0;
        for (; c + Lanes.Count <= columns; c += Lanes.Count)
            sum += VectorMath.Exp(Vector512.Load(x + c) - shift);
        if (c < columns)
            sum += VectorMath.Exp(Lanes.LoadFirst(x + c, columns - c) - shift) & Lanes.First(columns - c);
        return max + MathF.Log(Lanes.Sum(sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* x, nint columns, float factor)
    {
        var scale = Vector512.Create(factor);
        for (nint c = 0; c < columns; c += Lanes.Count)
            Lanes.Store(Lanes.Load(x + c, columns - c) * scale, x + c, columns - c);
    }

    /// <summary>x += y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float* y, nint columns)
    {
        for (nint c = 0; c < columns; c += Lanes.Count)
            Lanes.Store(Lanes.Load(x + c, columns - c) + Lanes.Load(y + c, columns - c), x + c, columns - c);
    }

    /// <summary>x += +0, which turns −0 into +0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddZero(float* x, nint columns)
    {
        for (nint c = 0; c < columns; c += Lanes.Count)
            Lanes.Store(Lanes.Load(x + c, columns - c) + Vector512<float>.Zero, x + c, columns - c);
    }
}
