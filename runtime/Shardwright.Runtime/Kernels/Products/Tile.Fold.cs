using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

internal static unsafe partial class Tile
{
    // One source for every size: the JIT drops the rows and columns that a smaller tile does not have. Six rows of four vectors are 24
    // accumulators, which with four vectors of b and one broadcast of a fill 29 of the 32 registers of AVX-512 and of Arm; six rows of two fill 15
    // of the 16 of AVX2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fold<TVector, TSimd, TRows, TColumns>(float* a, nint aRow, nint aStep, float* b, nint bStep, nint count, float* c, nint cRow, bool goesOn, bool adds, float* ahead, nint aheadStep)
        where TVector : struct
        where TSimd : struct, ISimd<TVector>
        where TRows : struct, ISize
        where TColumns : struct, ISize
    {
        var a0 = a;
        var a1 = a + aRow;
        var a2 = a + (2 * aRow);
        var a3 = a + (3 * aRow);
        var a4 = a + (4 * aRow);
        var a5 = a + (5 * aRow);
        var c0a = TSimd.Zero; var c0b = TSimd.Zero; var c0c = TSimd.Zero; var c0d = TSimd.Zero;
        var c1a = TSimd.Zero; var c1b = TSimd.Zero; var c1c = TSimd.Zero; var c1d = TSimd.Zero;
        var c2a = TSimd.Zero; var c2b = TSimd.Zero; var c2c = TSimd.Zero; var c2d = TSimd.Zero;
        var c3a = TSimd.Zero; var c3b = TSimd.Zero; var c3c = TSimd.Zero; var c3d = TSimd.Zero;
        var c4a = TSimd.Zero; var c4b = TSimd.Zero; var c4c = TSimd.Zero; var c4d = TSimd.Zero;
        var c5a = TSimd.Zero; var c5b = TSimd.Zero; var c5c = TSimd.Zero; var c5d = TSimd.Zero;
        if (goesOn)
        {
            Load<TVector, TSimd, TColumns>(c, ref c0a, ref c0b, ref c0c, ref c0d);
            if (TRows.Value > 1)
                Load<TVector, TSimd, TColumns>(c + cRow, ref c1a, ref c1b, ref c1c, ref c1d);
            if (TRows.Value > 2)
                Load<TVector, TSimd, TColumns>(c + (2 * cRow), ref c2a, ref c2b, ref c2c, ref c2d);
            if (TRows.Value > 3)
                Load<TVector, TSimd, TColumns>(c + (3 * cRow), ref c3a, ref c3b, ref c3c, ref c3d);
            if (TRows.Value > 4)
                Load<TVector, TSimd, TColumns>(c + (4 * cRow), ref c4a, ref c4b, ref c4c, ref c4d);
            if (TRows.Value > 5)
                Load<TVector, TSimd, TColumns>(c + (5 * cRow), ref c5a, ref c5b, ref c5c, ref c5d);
        }

        nint at = 0;
        for (var k = count; k > 0; k--)
        {
            var ba = TSimd.Load(b);
            var bb = TColumns.Value > 1 ? TSimd.Load(b + TSimd.Count) : TSimd.Zero;
            var bc = TColumns.Value > 2 ? TSimd.Load(b + (2 * TSimd.Count)) : TSimd.Zero;
            var bd = TColumns.Value > 3 ? TSimd.Load(b + (3 * TSimd.Count)) : TSimd.Zero;
            MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a0[at]), ba, bb, bc, bd, ref c0a, ref c0b, ref c0c, ref c0d);
            if (TRows.Value > 1)
                MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a1[at]), ba, bb, bc, bd, ref c1a, ref c1b, ref c1c, ref c1d);
            if (TRows.Value > 2)
                MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a2[at]), ba, bb, bc, bd, ref c2a, ref c2b, ref c2c, ref c2d);
            if (TRows.Value > 3)
                MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a3[at]), ba, bb, bc, bd, ref c3a, ref c3b, ref c3c, ref c3d);
            if (TRows.Value > 4)
                MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a4[at]), ba, bb, bc, bd, ref c4a, ref c4b, ref c4c, ref c4d);
            if (TRows.Value > 5)
                MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a5[at]), ba, bb, bc, bd, ref c5a, ref c5b, ref c5c, ref c5d);
            if (Sse.IsSupported)
                Sse.Prefetch0(ahead);
            ahead += aheadStep;
            at += aStep;
            b += bStep;
        }

        if (adds)
        {
            Add<TVector, TSimd, TColumns>(c, ref c0a, ref c0b, ref c0c, ref c0d);
            if (TRows.Value > 1)
                Add<TVector, TSimd, TColumns>(c + cRow, ref c1a, ref c1b, ref c1c, ref c1d);
            if (TRows.Value > 2)
                Add<TVector, TSimd, TColumns>(c + (2 * cRow), ref c2a, ref c2b, ref c2c, ref c2d);
            if (TRows.Value > 3)
                Add<TVector, TSimd, TColumns>(c + (3 * cRow), ref c3a, ref c3b, ref c3c, ref c3d);
            if (TRows.Value > 4)
                Add<TVector, TSimd, TColumns>(c + (4 * cRow), ref c4a, ref c4b, ref c4c, ref c4d);
            if (TRows.Value > 5)
                Add<TVector, TSimd, TColumns>(c + (5 * cRow), ref c5a, ref c5b, ref c5c, ref c5d);
        }

        Store<TVector, TSimd, TColumns>(c, c0a, c0b, c0c, c0d);
        if (TRows.Value > 1)
            Store<TVector, TSimd, TColumns>(c + cRow, c1a, c1b, c1c, c1d);
        if (TRows.Value > 2)
            Store<TVector, TSimd, TColumns>(c + (2 * cRow), c2a, c2b, c2c, c2d);
        if (TRows.Value > 3)
            Store<TVector, TSimd, TColumns>(c + (3 * cRow), c3a, c3b, c3c, c3d);
        if (TRows.Value > 4)
            Store<TVector, TSimd, TColumns>(c + (4 * cRow), c4a, c4b, c4c, c4d);
        if (TRows.Value > 5)
            Store<TVector, TSimd, TColumns>(c + (5 * cRow), c5a, c5b, c5c, c5d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TVector, TSimd, TColumns>(float* from, ref TVector a, ref TVector b, ref TVector c, ref TVector d)
        where TVector : struct
        where TSimd : struct, ISimd<TVector>
        where TColumns : struct, ISize
    {
        a = TSimd.Load(from);
        if (TColumns.Value > 1)
            b = TSimd.Load(from + TSimd.Count);
        if (TColumns.Value > 2)
            c = TSimd.Load(from + (2 * TSimd.Count));
        if (TColumns.Value > 3)
            d = TSimd.Load(from + (3 * TSimd.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd<TVector, TSimd, TColumns>(TVector x, TVector ba, TVector bb, TVector bc, TVector bd, ref TVector a, ref TVector b, ref TVector c, ref TVector d)
        where TVector : struct
        where TSimd : struct, ISimd<TVector>
        where TColumns : struct, ISize
    {
        a = TSimd.MultiplyAdd(x, ba, a);
        if (TColumns.Value > 1)
            b = TSimd.MultiplyAdd(x, bb, b);
        if (TColumns.Value > 2)
            c = TSimd.MultiplyAdd(x, bc, c);
        if (TColumns.Value > 3)
            d = TSimd.MultiplyAdd(x, bd, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVector, TSimd, TColumns>(float* from, ref TVector a, ref TVector b, ref TVector c, ref TVector d)
        where TVector : struct
        where TSimd : struct, ISimd<TVector>
        where TColumns : struct, ISize
    {
        a = TSimd.Add(a, TSimd.Load(from));
        if (TColumns.Value > 1)
            b = TSimd.Add(b, TSimd.Load(from + TSimd.Count));
        if (TColumns.Value > 2)
            c = TSimd.Add(c, TSimd.Load(from + (2 * TSimd.Count)));
        if (TColumns.Value > 3)
            d = TSimd.Add(d, TSimd.Load(from + (3 * TSimd.Count)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVector, TSimd, TColumns>(float* to, TVector a, TVector b, TVector c, TVector d)
        where TVector : struct
        where TSimd : struct, ISimd<TVector>
        where TColumns : struct, ISize
    {
        TSimd.Store(a, to);
        if (TColumns.Value > 1)
            TSimd.Store(b, to + TSimd.Count);
        if (TColumns.Value > 2)
            TSimd.Store(c, to + (2 * TSimd.Count));
        if (TColumns.Value > 3)
            TSimd.Store(d, to + (3 * TSimd.Count));
    }
}
