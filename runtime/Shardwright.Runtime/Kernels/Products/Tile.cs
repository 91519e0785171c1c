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

    /// <summary>Computes a chain of folds and packs what it says.</summary>
    public static void Folds(FoldChain* chain) => Folds(Kernels.InstructionSet, chain);

    /// <summary>The same with a given instruction set.</summary>
    public static void Folds(InstructionSet set, FoldChain* chain) => Run(set, chain->Width, new Chained { Work = chain });

    /// <summary>The same with a given instruction set.</summary>
    public static void Rows(
        InstructionSet set, float* a, nint aRow, nint aStep, float* b, nint bStep, nint width, nint rows, nint count, float* c, nint cRow, TileMode mode)
        => Run(set, width, new Strip { A = a, B = b, C = c, ARow = aRow, AStep = aStep, BStep = bStep, Rows = rows, Count = count, CRow = cRow, Mode = mode });

    private static void Run<TWork>(InstructionSet set, nint width, in TWork work)
        where TWork : struct, ITileWork
    {
        switch (set)
        {
            case InstructionSet.Avx512:
                switch (width / Step)
                {
                    case 4:
                        work.Run<Vector512<float>, Simd512, Four>(0);
                        break;
                    case 3:
                        work.Run<Vector512<float>, Simd512, Three>(0);
                        break;
                    case 2:
                        work.Run<Vector512<float>, Simd512, Two>(0);
                        break;
                    default:
                        work.Run<Vector512<float>, Simd512, One>(0);
                        break;
                }

                break;
            case InstructionSet.Avx2:
                for (nint column = 0; column < width; column += Step)
                    work.Run<Vector256<float>, Simd256, Two>(column);
                break;
            default:
                for (nint column = 0; column < width; column += Step)
                    work.Run<Vector128<float>, Simd128, Four>(column);
                break;
        }
    }

    // What is done in one strip of columns, from a column on.
    private interface ITileWork
    {
        void Run<TVector, TSimd, TColumns>(nint column)
            where TVector : struct
            where TSimd : struct, ISimd<TVector>
            where TColumns : struct, ISize;
    }

    // All rows, one fold.
    private struct Strip : ITileWork
    {
        public float* A;
        public float* B;
        public float* C;
        public nint ARow;
        public nint AStep;
        public nint BStep;
        public nint Rows;
        public nint Count;
        public nint CRow;
        public TileMode Mode;

        public readonly void Run<TVector, TSimd, TColumns>(nint column)
            where TVector : struct
            where TSimd : struct, ISimd<TVector>
            where TColumns : struct, ISize
        {
            var a = A;
            var b = B + column;
            var c = C + column;
            var tiles = new RowTiles(Rows);
            var goesOn = Mode == TileMode.Continue;
            var adds = Mode == TileMode.Add;
            for (nint tile = 0; tile < tiles.Count; tile++)
            {
                var rows = tiles.Rows(tile);

                // The next rows of a row-major operand follow these, but the processor does not foresee that: fetch them meanwhile, evenly.
                var ahead = a + (rows * ARow);
                var aheadStep = AStep == 1 ? rows : 0;
                switch (rows)
                {
                    case 6:
                        Fold<TVector, TSimd, Six, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, adds, ahead, aheadStep);
                        break;
                    case 5:
                        Fold<TVector, TSimd, Five, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, adds, ahead, aheadStep);
                        break;
                    case 4:
                        Fold<TVector, TSimd, Four, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, adds, ahead, aheadStep);
                        break;
                    case 3:
                        Fold<TVector, TSimd, Three, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, adds, ahead, aheadStep);
                        break;
                    case 2:
                        Fold<TVector, TSimd, Two, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, adds, ahead, aheadStep);
                        break;
                    default:
                        Fold<TVector, TSimd, One, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, adds, ahead, aheadStep);
                        break;
                }

                a += rows * ARow;
                c += rows * CRow;
            }
        }
    }

    // All folds of one tile. A strip of columns packs its own part of the right operand; the first packs the left one.
    private struct Chained : ITileWork
    {
        public FoldChain* Work;

        public readonly void Run<TVector, TSimd, TColumns>(nint column)
            where TVector : struct
            where TSimd : struct, ISimd<TVector>
            where TColumns : struct, ISize
        {
            switch (Work->Rows)
            {
                case 6 when Work->Panel is not null:
                    Chain<TVector, TSimd, Six, TColumns, PacksRight>(Work, column);
                    break;
                case 6 when Work->Next is not null && column == 0:
                    Chain<TVector, TSimd, Six, TColumns, PacksLeft>(Work, column);
                    break;
                case 6:
                    Chain<TVector, TSimd, Six, TColumns, PacksNothing>(Work, column);
                    break;
                case 5:
                    Chain<TVector, TSimd, Five, TColumns, PacksNothing>(Work, column);
                    break;
                case 4:
                    Chain<TVector, TSimd, Four, TColumns, PacksNothing>(Work, column);
                    break;
                case 3:
                    Chain<TVector, TSimd, Three, TColumns, PacksNothing>(Work, column);
                    break;
                case 2:
                    Chain<TVector, TSimd, Two, TColumns, PacksNothing>(Work, column);
                    break;
                default:
                    Chain<TVector, TSimd, One, TColumns, PacksNothing>(Work, column);
                    break;
            }
        }
    }

    private readonly struct PacksNothing : ISize
    {
        public static int Value => 0;
    }

    private readonly struct PacksLeft : ISize
    {
        public static int Value => 1;
    }

    private readonly struct PacksRight : ISize
    {
        public static int Value => 2;
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
