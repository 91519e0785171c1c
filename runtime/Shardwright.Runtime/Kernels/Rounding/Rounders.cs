using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>One way to round, as a type: a kernel that is generic in it has no branch on the format in its loop.</summary>
internal interface IRounder
{
    /// <summary>Rounds the 16 elements from <paramref name="index"/> on, counted from <see cref="Rounding.First"/>.</summary>
    Vector512<float> Apply(Vector512<float> x, nint index);
}

/// <summary>Work that <see cref="Rounders.Run"/> calls with the rounder of a <see cref="Rounding"/>.</summary>
internal interface IRoundedWork
{
    void Run<TRounder>(TRounder rounder)
        where TRounder : unmanaged, IRounder;
}

internal static class Rounders
{
    /// <summary>The one place that turns a format into a type.</summary>
    public static void Run<TWork>(Rounding rounding, TWork work)
        where TWork : IRoundedWork, allows ref struct
    {
        var random = new RandomLanes(rounding);
        switch (rounding.Format, rounding.IsStochastic)
        {
            case (NumberFormat.BFloat16, false):
                work.Run(default(NearestBFloat16));
                break;
            case (NumberFormat.BFloat16, true):
                work.Run(new StochasticBFloat16(random));
                break;
            case (NumberFormat.Float8E4M3, false):
                work.Run(default(Nearest<E4M3>));
                break;
            case (NumberFormat.Float8E4M3, true):
                work.Run(new Stochastic<E4M3>(random));
                break;
            case (NumberFormat.Float8E4M3Fn, false):
                work.Run(default(Nearest<E4M3Fn>));
                break;
            case (NumberFormat.Float8E4M3Fn, true):
                work.Run(new Stochastic<E4M3Fn>(random));
                break;
            case (NumberFormat.Float8E5M2, false):
                work.Run(default(Nearest<E5M2>));
                break;
            case (NumberFormat.Float8E5M2, true):
                work.Run(new Stochastic<E5M2>(random));
                break;
            case (NumberFormat.Float32, _):
                work.Run(default(Unrounded));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rounding), rounding.Format, "There is no such number format.");
        }
    }
}

/// <summary>The counters of a stream's lanes.</summary>
internal readonly struct RandomLanes(Rounding rounding)
{
    private readonly uint start = unchecked((uint)rounding.First + RandomBits.Mix(rounding.Key));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<uint> At(nint index)
        // Written out: without AVX-512 Vector512<uint>.Indices is a loop each time.
        => Vector512.Create(unchecked(start + (uint)index)) + Vector512.Create(0u, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

internal readonly struct Unrounded : IRounder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, nint index) => x;
}

internal readonly struct NearestBFloat16 : IRounder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, nint index) => RoundingMath.NearestBFloat16(x);
}

internal readonly struct StochasticBFloat16(RandomLanes random) : IRounder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, nint index) => RoundingMath.StochasticBFloat16(x, RandomBits.MixUpper(random.At(index)));
}

internal readonly struct Nearest<TFormat> : IRounder
    where TFormat : unmanaged, ISmallFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, nint index) => RoundingMath.Nearest<TFormat>(x);
}

internal readonly struct Stochastic<TFormat>(RandomLanes random) : IRounder
    where TFormat : unmanaged, ISmallFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> x, nint index) => RoundingMath.Stochastic<TFormat>(x, RandomBits.Mix(random.At(index)));
}
