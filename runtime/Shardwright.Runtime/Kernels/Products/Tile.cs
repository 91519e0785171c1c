using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>What a tile does with the values already in its output.</summary>
internal enum TileMode
{
    /// <summary>Folds from +0 and overwrites.</summary>
    Overwrite,

    /// <summary>Goes on folding from the output: the next piece of the same sum.</summary>
    Continue,

    /// <summary>Folds from +0, then adds the finished sum to the output.</summary>
    Add,
}

/// <summary>
/// The inner kernels of every matrix product. A tile keeps up to 64 columns of up to six rows in registers, and each output element is one left fold
/// of fused multiply-adds over k, whatever the tile it falls into: its bits depend neither on the number of rows nor on its position nor on the
/// instruction set.
/// </summary>
internal static unsafe partial class Tile
{
    /// <summary>Columns of a panel.</summary>
    public const int Width = 64;

    /// <summary>Tiles are whole multiples of this many columns.</summary>
    public const int Step = 16;

    /// <summary>
    /// c[i·cRow + j] = Σ_k a[i·aRow + k·aStep] · b[k·bStep + j] for i in [0, rows), j in [0, 64), k in [0, count).
    /// aStep = 1 reads a row-major left operand; aRow = 1 reads its transpose in place.
    /// </summary>
    public static void Rows(float* a, nint aRow, nint aStep, float* b, nint bStep, nint rows, nint count, float* c, nint cRow, TileMode mode)
        => Rows(Kernels.InstructionSet, a, aRow, aStep, b, bStep, Width, rows, count, c, cRow, mode);

    /// <summary>The same for j in [0, width), a multiple of 16 up to 64.</summary>
    public static void Rows(float* a, nint aRow, nint aStep, float* b, nint bStep, nint width, nint rows, nint count, float* c, nint cRow, TileMode mode)
        => Rows(Kernels.InstructionSet, a, aRow, aStep, b, bStep, width, rows, count, c, cRow, mode);

    /// <summary>The same with a given instruction set.</summary>
    public static void Rows(
        InstructionSet set, float* a, nint aRow, nint aStep, float* b, nint bStep, nint width, nint rows, nint count, float* c, nint cRow, TileMode mode)
        => Rows(set, a, b, c, width, new Strip { ARow = aRow, AStep = aStep, BStep = bStep, Rows = rows, Count = count, CRow = cRow, Mode = mode });

    private static void Rows(InstructionSet set, float* a, float* b, float* c, nint width, Strip strip)
    {
        switch (set)
        {
            case InstructionSet.Avx512:
                switch (width / Step)
                {
                    case 4:
                        strip.Run<Vector512<float>, Simd512, Four>(a, b, c);
                        break;
                    case 3:
                        strip.Run<Vector512<float>, Simd512, Three>(a, b, c);
                        break;
                    case 2:
                        strip.Run<Vector512<float>, Simd512, Two>(a, b, c);
                        break;
                    default:
                        strip.Run<Vector512<float>, Simd512, One>(a, b, c);
                        break;
                }

                break;
            case InstructionSet.Avx2:
                for (nint column = 0; column < width; column += Step)
                    strip.Run<Vector256<float>, Simd256, Two>(a, b + column, c + column);
                break;
            default:
                for (nint column = 0; column < width; column += Step)
                    strip.Run<Vector128<float>, Simd128, Four>(a, b + column, c + column);
                break;
        }
    }

    // All rows of one strip of columns.
    private struct Strip
    {
        public nint ARow;
        public nint AStep;
        public nint BStep;
        public nint Rows;
        public nint Count;
        public nint CRow;
        public TileMode Mode;

        public readonly void Run<TVector, TSimd, TColumns>(float* a, float* b, float* c)
            where TVector : struct
            where TSimd : struct, ISimd<TVector>
            where TColumns : struct, ISize
        {
            var tiles = new RowTiles(Rows);
            for (nint tile = 0; tile < tiles.Count; tile++)
            {
                var rows = tiles.Rows(tile);

                // The next rows of a row-major operand follow these, but the processor does not foresee that: fetch them meanwhile, evenly.
                var ahead = a + (rows * ARow);
                var aheadStep = AStep == 1 ? rows : 0;
                switch (rows)
                {
                    case 6:
                        Fold<TVector, TSimd, Six, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, Mode, ahead, aheadStep);
                        break;
                    case 5:
                        Fold<TVector, TSimd, Five, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, Mode, ahead, aheadStep);
                        break;
                    case 4:
                        Fold<TVector, TSimd, Four, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, Mode, ahead, aheadStep);
                        break;
                    case 3:
                        Fold<TVector, TSimd, Three, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, Mode, ahead, aheadStep);
                        break;
                    case 2:
                        Fold<TVector, TSimd, Two, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, Mode, ahead, aheadStep);
                        break;
                    default:
                        Fold<TVector, TSimd, One, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, Mode, ahead, aheadStep);
                        break;
                }

                a += rows * ARow;
                c += rows * CRow;
            }
        }
    }

    private readonly struct One : ISize
    {
        public static int Value => 1;
    }

    private readonly struct Two : ISize
    {
        public static int Value => 2;
    }

    private readonly struct Three : ISize
    {
        public static int Value => 3;
    }

    private readonly struct Four : ISize
    {
        public static int Value => 4;
    }

    private readonly struct Five : ISize
    {
        public static int Value => 5;
    }

    private readonly struct Six : ISize
    {
        public static int Value => 6;
    }
}
