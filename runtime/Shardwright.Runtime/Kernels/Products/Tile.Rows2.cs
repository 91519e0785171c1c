using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

internal static unsafe partial class Tile
{
    /// <summary>Two rows. See <see cref="Rows"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows2(float* a, nint aRow, nint aStep, float* b, nint bStep, nint count, float* c, nint cRow, TileMode mode)
    {
        var a0 = a;
        var a1 = a + aRow;
        var c0a = Vector512<float>.Zero; var c0b = Vector512<float>.Zero; var c0c = Vector512<float>.Zero; var c0d = Vector512<float>.Zero;
        var c1a = Vector512<float>.Zero; var c1b = Vector512<float>.Zero; var c1c = Vector512<float>.Zero; var c1d = Vector512<float>.Zero;
        if (mode == TileMode.Continue)
        {
            c0a = Vector512.Load(c); c0b = Vector512.Load(c + 16); c0c = Vector512.Load(c + 32); c0d = Vector512.Load(c + 48);
            c1a = Vector512.Load(c + cRow); c1b = Vector512.Load(c + cRow + 16); c1c = Vector512.Load(c + cRow + 32); c1d = Vector512.Load(c + cRow + 48);
        }

        nint at = 0;
        for (var k = count; k > 0; k--)
        {
            var ba = Vector512.Load(b); var bb = Vector512.Load(b + 16); var bc = Vector512.Load(b + 32); var bd = Vector512.Load(b + 48);
            var x = Vector512.Create(a0[at]);
            c0a = Vector512.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(x, bb, c0b);
            c0c = Vector512.FusedMultiplyAdd(x, bc, c0c);
            c0d = Vector512.FusedMultiplyAdd(x, bd, c0d);
            x = Vector512.Create(a1[at]);
            c1a = Vector512.FusedMultiplyAdd(x, ba, c1a);
            c1b = Vector512.FusedMultiplyAdd(x, bb, c1b);
            c1c = Vector512.FusedMultiplyAdd(x, bc, c1c);
            c1d = Vector512.FusedMultiplyAdd(x, bd, c1d);
            at += aStep;
            b += bStep;
        }

        if (mode == TileMode.Add)
        {
            c0a += Vector512.Load(c); c0b += Vector512.Load(c + 16); c0c += Vector512.Load(c + 32); c0d += Vector512.Load(c + 48);
            c1a += Vector512.Load(c + cRow); c1b += Vector512.Load(c + cRow + 16); c1c += Vector512.Load(c + cRow + 32); c1d += Vector512.Load(c + cRow + 48);
        }

        c0a.Store(c); c0b.Store(c + 16); c0c.Store(c + 32); c0d.Store(c + 48);
        c1a.Store(c + cRow); c1b.Store(c + cRow + 16); c1c.Store(c + cRow + 32); c1d.Store(c + cRow + 48);
    }
}
