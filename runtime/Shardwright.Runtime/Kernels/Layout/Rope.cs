using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// Rotary position embedding (Su et al. 2021) of x [sequences · length, heads · headSize]: at position p the pair (i, i + headSize/2) of every
    /// head turns by the angle p · theta^(−2i/headSize). x and y may be the same memory.
    /// </summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes, or the head size is odd.</exception>
    public static void Rope(ReadOnlySpan<float> x, Span<float> y, int sequences, int length, int heads, int headSize, float theta)
    {
        RequireRope(nameof(Rope), x.Length, y.Length, sequences, length, heads, headSize);
        var table = RopeTable.For(length, headSize, theta);
        fixed (float* px = x, py = y)
        {
            var work = new RopeRows(px, py, table.Cosines, table.Sines, length, heads, headSize, 1, accumulate: false);
            Ranges.For(work, (nint)sequences * length, (nint)heads * headSize);
        }
    }

    /// <summary>dx = (or +=) the rotation of dy by the opposite angles, the gradient of <see cref="Rope"/>.</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes, or the head size is odd.</exception>
    public static void RopeGradient(
        ReadOnlySpan<float> dy,
        Span<float> dx,
        int sequences,
        int length,
        int heads,
        int headSize,
        float theta,
        bool accumulate = false)
    {
        RequireRope(nameof(RopeGradient), dy.Length, dx.Length, sequences, length, heads, headSize);
        var table = RopeTable.For(length, headSize, theta);
        fixed (float* px = dy, py = dx)
        {
            var work = new RopeRows(px, py, table.Cosines, table.Sines, length, heads, headSize, -1, accumulate);
            Ranges.For(work, (nint)sequences * length, (nint)heads * headSize);
        }
    }

    private static void RequireRope(string kernel, int from, int to, int sequences, int length, int heads, int headSize)
    {
        Require.NotNegative(kernel, nameof(sequences), sequences);
        Require.NotNegative(kernel, nameof(length), length);
        Require.NotNegative(kernel, nameof(heads), heads);
        Require.Positive(kernel, nameof(headSize), headSize);
        if (headSize % 2 != 0)
            throw new ArgumentException($"Kernels.{kernel}: headSize is {headSize}; need an even size, because the halves of a head are rotated as pairs.", nameof(headSize));
        Require.Length(kernel, "x", from, (long)sequences * length * heads * headSize);
        Require.Length(kernel, "y", to, (long)sequences * length * heads * headSize);
    }

    private readonly struct RopeRows(
        float* x,
        float* y,
        float* cosines,
        float* sines,
        nint length,
        nint heads,
        nint headSize,
        float direction,
        bool accumulate) : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            var half = headSize / 2;
            var sign = Vector512.Create(direction);
            for (var row = begin; row < end; row++)
            {
                var cosine = cosines + (row % length * half);
                var sine = sines + (row % length * half);
                for (nint head = 0; head < heads; head++)
                {
                    var from = x + (((row * heads) + head) * headSize);
                    var to = y + (((row * heads) + head) * headSize);
                    for (nint i = 0; i < half; i += Lanes.Count)
                    {
                        var left = half - i;
                        var cos = Lanes.Load(cosine + i, left);
                        var sin = Lanes.Load(sine + i, left) * sign;
                        var low = Lanes.Load(from + i, left);
                        var high = Lanes.Load(from + half + i, left);
                        Lanes.Store(Vector512.FusedMultiplyAdd(low, cos, -(high * sin)), to + i, left, accumulate);
                        Lanes.Store(Vector512.FusedMultiplyAdd(high, cos, low * sin), to + half + i, left, accumulate);
                    }
                }
            }
        }
    }
}
