using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

internal static unsafe partial class Tile
{
    /// <summary>Six rows: 24 accumulators, 4 vectors of b and one broadcast of a fill 29 of the 32 registers. See <see cref="Rows"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6(float* a, nint aRow, nint aStep, float* b, nint bStep, nint count, float* c, nint cRow, TileMode mode)
    {
        var a0 = a;
        var a1 = a + aRow;
        var a2 = a + (2 * aRow);
        var a3 = a + (3 * aRow);
        var a4 = a + (4 * aRow);
        var a5 = a + (5 * aRow);
        var c0a = Vector512<float>.Zero; var c0b = Vector512<float>.Zero; var c0c = Vector512<float>.Zero; var c0d = Vector512<float>.Zero;
        var c1a = Vector512<float>.Zero; var c1b = Vector512<float>.Zero; var c1c = Vector512<float>.Zero; var c1d = Vector512<float>.Zero;
        var c2a = Vector512<float>.Zero; var c2b = Vector512<float>.Zero; var c2c = Vector512<float>.Zero; var c2d = Vector512<float>.Zero;
        var c3a = Vector512<float>.Zero; var c3b = Vector512<float>.Zero; var c3c = Vector512<float>.Zero; var c3d = Vector512<float>.Zero;
        var c4a = Vector512<float>.Zero; var c4b = Vector512<float>.Zero; var c4c = Vector512<float>.Zero; var c4d = Vector512<float>.Zero;
        var c5a = Vector512<float>.Zero; var c5b = Vector512<float>.Zero; var c5c = Vector512<float>.Zero; var c5d = Vector512<float>.Zero;
        if (mode == TileMode.Continue)
        {
            c0a = Vector512.Load(c); c0b = Vector512.Load(c + 16); c0c = Vector512.Load(c + 32); c0d = Vector512.Load(c + 48);
            c1a = Vector512.Load(c + cRow); c1b = Vector512.Load(c + cRow + 16); c1c = Vector512.Load(c + cRow + 32); c1d = Vector512.Load(c + cRow + 48);
            c2a = Vector512.Load(c + (2 * cRow)); c2b = Vector512.Load(c + (2 * cRow) + 16); c2c = Vector512.Load(c + (2 * cRow) + 32); c2d = Vector512.Load(c + (2 * cRow) + 48);
            c3a = Vector512.Load(c + (3 * cRow)); c3b = Vector512.Load(c + (3 * cRow) + 16); c3c = Vector512.Load(c + (3 * cRow) + 32); c3d = Vector512.Load(c + (3 * cRow) + 48);
            c4a = Vector512.Load(c + (4 * cRow)); c4b = Vector512.Load(c + (4 * cRow) + 16); c4c = Vector512.Load(c + (4 * cRow) + 32); c4d = Vector512.Load(c + (4 * cRow) + 48);
            c5a = Vector512.Load(c + (5 * cRow)); c5b = Vector512.Load(c + (5 * cRow) + 16); c5c = Vector512.Load(c + (5 * cRow) + 32); c5d = Vector512.Load(c + (5 * cRow) + 48);
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
            x = Vector512.Create(a2[at]);
            c2a = Vector512.FusedMultiplyAdd(x, ba, c2a);
            c2b = Vector512.FusedMultiplyAdd(x, bb, c2b);
            c2c = Vector512.FusedMultiplyAdd(x, bc, c2c);
            c2d = Vector512.FusedMultiplyAdd(x, bd, c2d);
            x = Vector512.Create(a3[at]);
            c3a = Vector512.FusedMultiplyAdd(x, ba, c3a);
            c3b = Vector512.FusedMultiplyAdd(x, bb, c3b);
            c3c = Vector512.FusedMultiplyAdd(x, bc, c3c);
            c3d = Vector512.FusedMultiplyAdd(x, bd, c3d);
            x = Vector512.Create(a4[at]);
            c4a = Vector512.FusedMultiplyAdd(x, ba, c4a);
            c4b = Vector512.FusedMultiplyAdd(x, bb, c4b);
            c4c = Vector512.FusedMultiplyAdd(x, bc, c4c);
            c4d = Vector512.FusedMultiplyAdd(x, bd, c4d);
            x = Vector512.Create(a5[at]);
            c5a = Vector512.FusedMultiplyAdd(x, ba, c5a);
            c5b = Vector512.FusedMultiplyAdd(x, bb, c5b);
            c5c = Vector512.FusedMultiplyAdd(x, bc, c5c);
            c5d = Vector512.FusedMultiplyAdd(x, bd, c5d);
            at += aStep;
            b += bStep;
        }

        if (mode == TileMode.Add)
        {
            c0a += Vector512.Load(c); c0b += Vector512.Load(c + 16); c0c += Vector512.Load(c + 32); c0d += Vector512.Load(c + 48);
            c1a += Vector512.Load(c + cRow); c1b += Vector512.Load(c + cRow + 16); c1c += Vector512.Load(c + cRow + 32); c1d += Vector512.Load(c + cRow + 48);
            c2a += Vector512.Load(c + (2 * cRow)); c2b += Vector512.Load(c + (2 * cRow) + 16); c2c += Vector512.Load(c + (2 * cRow) + 32); c2d += Vector512.Load(c + (2 * cRow) + 48);
            c3a += Vector512.Load(c + (3 * cRow)); c3b += Vector512.Load(c + (3 * cRow) + 16); c3c += Vector512.Load(c + (3 * cRow) + 32); c3d += Vector512.Load(c + (3 * cRow) + 48);
            c4a += Vector512.Load(c + (4 * cRow)); c4b += Vector512.Load(c + (4 * cRow) + 16); c4c += Vector512.Load(c + (4 * cRow) + 32); c4d += Vector512.Load(c + (4 * cRow) + 48);
            c5a += Vector512.Load(c + (5 * cRow)); c5b += Vector512.Load(c + (5 * cRow) + 16); c5c += Vector512.Load(c + (5 * cRow) + 32); c5d += Vector512.Load(c + (5 * cRow) + 48);
        }

        c0a.Store(c); c0b.Store(c + 16); c0c.Store(c + 32); c0d.Store(c + 48);
        c1a.Store(c + cRow); c1b.Store(c + cRow + 16); c1c.Store(c + cRow + 32); c1d.Store(c + cRow + 48);
        c2a.Store(c + (2 * cRow)); c2b.Store(c + (2 * cRow) + 16); c2c.Store(c + (2 * cRow) + 32); c2d.Store(c + (2 * cRow) + 48);
        c3a.Store(c + (3 * cRow)); c3b.Store(c + (3 * cRow) + 16); c3c.Store(c + (3 * cRow) + 32); c3d.Store(c + (3 * cRow) + 48);
        c4a.Store(c + (4 * cRow)); c4b.Store(c + (4 * cRow) + 16); c4c.Store(c + (4 * cRow) + 32); c4d.Store(c + (4 * cRow) + 48);
        c5a.Store(c + (5 * cRow)); c5b.Store(c + (5 * cRow) + 16); c5c.Store(c + (5 * cRow) + 32); c5d.Store(c + (5 * cRow) + 48);
    }
}
