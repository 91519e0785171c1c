using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

/// <summary>Transposes in blocks of 16 × 16 that stay in registers.</summary>
internal static unsafe class Transposition
{
    /// <summary>target[j·targetRow + i] = source[i·sourceRow + j] for i in [0, rows), j in [0, columns).</summary>
    public static void Copy(float* source, nint sourceRow, float* target, nint targetRow, nint rows, nint columns)
    {
        for (nint i = 0; i < rows; i += 16)
        {
            var high = Math.Min(16, rows - i);
            for (nint j = 0; j < columns; j += 16)
            {
                var wide = Math.Min(16, columns - j);
                var from = source + (i * sourceRow) + j;
                var to = target + (j * targetRow) + i;
                if (!Avx512F.IsSupported)
                    Plain(from, sourceRow, to, targetRow, high, wide);
                else if (high < 16 || wide < 16)
                    PartBlock(from, sourceRow, to, targetRow, high, wide);
                else
                    Block(from, sourceRow, to, targetRow);
            }
        }
    }

    private static void Plain(float* source, nint sourceRow, float* target, nint targetRow, nint rows, nint columns)
    {
        for (nint i = 0; i < rows; i++)
        {
            for (nint j = 0; j < columns; j++)
                target[(j * targetRow) + i] = source[(i * sourceRow) + j];
        }
    }

    // A block of fewer rows or columns: whole in scratch, and nothing beyond it is read or written.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PartBlock(float* source, nint sourceRow, float* target, nint targetRow, nint rows, nint columns)
    {
        var block = stackalloc float[2 * 16 * 16];
        var turned = block + (16 * 16);
        for (nint row = 0; row < rows; row++)
            Lanes.LoadFirst(source + (row * sourceRow), columns).Store(block + (16 * row));
        Block(block, 16, turned, 16);
        for (nint column = 0; column < columns; column++)
            Lanes.StoreFirst(Vector512.Load(turned + (16 * column)), target + (column * targetRow), rows);
    }

    // Four rows a time: unpacking pairs turns 4 × 4 blocks, which four 128-bit shuffles then gather into whole rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(float* source, nint sourceRow, float* target, nint targetRow)
    {
        Quad(source, sourceRow, out var a0, out var a1, out var a2, out var a3);
        Quad(source + (4 * sourceRow), sourceRow, out var b0, out var b1, out var b2, out var b3);
        Quad(source + (8 * sourceRow), sourceRow, out var c0, out var c1, out var c2, out var c3);
        Quad(source + (12 * sourceRow), sourceRow, out var d0, out var d1, out var d2, out var d3);
        Gather(a0, b0, c0, d0, target, targetRow);
        Gather(a1, b1, c1, d1, target + targetRow, targetRow);
        Gather(a2, b2, c2, d2, target + (2 * targetRow), targetRow);
        Gather(a3, b3, c3, d3, target + (3 * targetRow), targetRow);
    }

    // Lane l of column q holds source[0..4, 4·l + q].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quad(float* source, nint row, out Vector512<double> q0, out Vector512<double> q1, out Vector512<double> q2, out Vector512<double> q3)
    {
        var r0 = Vector512.Load(source);
        var r1 = Vector512.Load(source + row);
        var r2 = Vector512.Load(source + (2 * row));
        var r3 = Vector512.Load(source + (3 * row));
        var low01 = Avx512F.UnpackLow(r0, r1).AsDouble();
        var low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
        var high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        var high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        q0 = Avx512F.UnpackLow(low01, low23);
        q1 = Avx512F.UnpackHigh(low01, low23);
        q2 = Avx512F.UnpackLow(high01, high23);
        q3 = Avx512F.UnpackHigh(high01, high23);
    }

    // Rows q, q + 4, q + 8 and q + 12 of the result from lanes 0 to 3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d, float* target, nint row)
    {
        var ab02 = Avx512F.Shuffle4x128(a, b, 0b10_00_10_00);
        var ab13 = Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);
        var cd02 = Avx512F.Shuffle4x128(c, d, 0b10_00_10_00);
        var cd13 = Avx512F.Shuffle4x128(c, d, 0b11_01_11_01);
        Avx512F.Shuffle4x128(ab02, cd02, 0b10_00_10_00).AsSingle().Store(target);
        Avx512F.Shuffle4x128(ab13, cd13, 0b10_00_10_00).AsSingle().Store(target + (4 * row));
        Avx512F.Shuffle4x128(ab02, cd02, 0b11_01_11_01).AsSingle().Store(target + (8 * row));
        Avx512F.Shuffle4x128(ab13, cd13, 0b11_01_11_01).AsSingle().Store(target + (12 * row));
    }
}
