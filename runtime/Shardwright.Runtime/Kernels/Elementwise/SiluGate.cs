using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = silu(gate) ∘ up, elementwise (SwiGLU, Shazeer 2020). y may be the memory of gate or up.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void SiluGate(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        Require.Length(nameof(SiluGate), nameof(up), up.Length, gate.Length);
        Map(nameof(SiluGate), default(SiluGateFunction), gate, up, y, accumulate: false);
    }

    /// <summary>
    /// dgate = dy ∘ up ∘ silu′(gate) and dup = dy ∘ silu(gate), in one pass. Both overwrite; each may be the memory of gate, up or dy, but not of
    /// the other.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void SiluGateGradient(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, ReadOnlySpan<float> dy, Span<float> dgate, Span<float> dup)
    {
        Require.Length(nameof(SiluGateGradient), nameof(up), up.Length, gate.Length);
        Require.Length(nameof(SiluGateGradient), nameof(dy), dy.Length, gate.Length);
        Require.Length(nameof(SiluGateGradient), nameof(dgate), dgate.Length, gate.Length);
        Require.Length(nameof(SiluGateGradient), nameof(dup), dup.Length, gate.Length);
        fixed (float* pgate = gate, pup = up, pdy = dy, pdgate = dgate, pdup = dup)
            Ranges.For(new SiluGateGradientRange(pgate, pup, pdy, pdgate, pdup), gate.Length, 1);
    }

    // The bits of Silu followed by Multiply: a graph may fuse them or not.
    private readonly struct SiluGateFunction : IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => a * VectorMath.Sigmoid(a) * b;
    }

    private readonly struct SiluGateGradientRange(float* gate, float* up, float* dy, float* dgate, float* dup) : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var i = begin; i < end; i += Lanes.Count)
            {
                // Everything is read before anything is written: the outputs may be the inputs' storage.
                var left = end - i;
                var x = Lanes.Load(gate + i, left);
                var upstream = Lanes.Load(dy + i, left);
                var other = Lanes.Load(up + i, left);
                var sigmoid = VectorMath.Sigmoid(x);
                var silu = x * sigmoid;
                var slope = Vector512.FusedMultiplyAdd(silu, Vector512<float>.One - sigmoid, sigmoid);
                Lanes.Store(upstream * other * slope, dgate + i, left);
                Lanes.Store(upstream * silu, dup + i, left);
            }
        }
    }
}
