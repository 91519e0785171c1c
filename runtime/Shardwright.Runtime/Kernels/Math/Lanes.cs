using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

/// <summary>Partial vectors and horizontal reductions in an order that depends on nothing but the lane.</summary>
internal static unsafe class Lanes
{
    public const int Count = 16;

    /// <summary>The first <paramref name="count"/> of 16 floats; the other lanes hold <paramref name="fill"/>. Reads nothing beyond them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFirst(float* source, nint count, Vector512<float> fill)
    {
        if (Avx512F.IsSupported)
            return Avx512F.MaskLoad(source, First(count), fill);
        var lanes = fill;
        for (nint i = 0; i < count; i++)
            ((float*)&lanes)[i] = source[i];
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadFirst(float* source, nint count) => LoadFirst(source, count, Vector512<float>.Zero);

    /// <summary>16 floats, or the first <paramref name="left"/> and zeros when fewer are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source, nint left) => left >= Count ? Vector512.Load(source) : LoadFirst(source, left);

    /// <summary>Writes 16 floats, or the first <paramref name="left"/> when fewer are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* target, nint left)
    {
        if (left >= Count)
            value.Store(target);
        else
            StoreFirst(value, target, left);
    }

    /// <summary>Writes the value, or adds it to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* target, nint left, bool accumulate)
        => Store(accumulate ? Load(target, left) + value : value, target, left);

    /// <summary>Writes the first <paramref name="count"/> lanes and touches nothing beyond them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Vector512<float> value, float* target, nint count)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore(target, First(count), value);
            return;
        }

        for (nint i = 0; i < count; i++)
            target[i] = ((float*)&value)[i];
    }

    /// <summary>All bits set in the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> First(nint count)
        => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value)
    {
        var eight = value.GetLower() + value.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
    }

    /// <summary>The largest lane; NaN lanes may be passed over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> value)
    {
        var eight = Vector256.MaxNative(value.GetLower(), value.GetUpper());
        var four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
        var two = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(two, Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
