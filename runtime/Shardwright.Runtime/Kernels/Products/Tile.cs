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

/// <summary>One fold of a chain, see <see cref="Tile.Folds"/>.</summary>
internal struct FoldStep
{
    /// <summary>How far along k.</summary>
    public nint Count;

    /// <summary>Where the sum goes in the stack.</summary>
    public nint Level;

    /// <summary>Partial sums that it is added to: this level and those above.</summary>
    public nint Merges;

    /// <summary>Starts from the top of the stack instead of +0.</summary>
    public bool GoesOn;
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

    /// <summary>
    /// Several folds one after another along k, each of which ends on a stack of partial sums: it is added to as many of the topmost as it merges, from
    /// the top down, and takes the place of the last. The left operand is read as with aRow = 1, rows are at most six, and partial sums lie
    /// <paramref name="level"/> floats apart.
    /// </summary>
    public static void Folds(float* a, nint aStep, float* b, nint width, nint rows, FoldStep* steps, nint count, float* stack, nint level)
        => Run(Kernels.InstructionSet, a, b, stack, width, new Chain { Steps = steps, Count = count, AStep = aStep, Width = width, Rows = rows, Level = level });

    /// <summary>The same with a given instruction set.</summary>
    public static void Rows(
        InstructionSet set, float* a, nint aRow, nint aStep, float* b, nint bStep, nint width, nint rows, nint count, float* c, nint cRow, TileMode mode)
        => Run(set, a, b, c, width, new Strip { ARow = aRow, AStep = aStep, BStep = bStep, Rows = rows, Count = count, CRow = cRow, Mode = mode });

    private static void Run<TWork>(InstructionSet set, float* a, float* b, float* c, nint width, in TWork work)
        where TWork : struct, ITileWork
    {
        switch (set)
        {
            case InstructionSet.Avx512:
                switch (width / Step)
                {
                    case 4:
                        work.Run<Vector512<float>, Simd512, Four>(a, b, c);
                        break;
                    case 3:
                        work.Run<Vector512<float>, Simd512, Three>(a, b, c);
                        break;
                    case 2:
                        work.Run<Vector512<float>, Simd512, Two>(a, b, c);
                        break;
                    default:
                        work.Run<Vector512<float>, Simd512, One>(a, b, c);
                        break;
                }

                break;
            case InstructionSet.Avx2:
                for (nint column = 0; column < width; column += Step)
                    work.Run<Vector256<float>, Simd256, Two>(a, b + column, c + column);
                break;
            default:
                for (nint column = 0; column < width; column += Step)
                    work.Run<Vector128<float>, Simd128, Four>(a, b + column, c + column);
                break;
        }
    }

    // What is done in one strip of columns.
    private interface ITileWork
    {
        void Run<TVector, TSimd, TColumns>(float* a, float* b, float* c)
            where TVector : struct
            where TSimd : struct, ISimd<TVector>
            where TColumns : struct, ISize;
    }

    // All rows, one fold.
    private struct Strip : ITileWork
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
            var goesOn = Mode == TileMode.Continue;
            var merges = Mode == TileMode.Add ? 1 : 0;
            for (nint tile = 0; tile < tiles.Count; tile++)
            {
                var rows = tiles.Rows(tile);

                // The next rows of a row-major operand follow these, but the processor does not foresee that: fetch them meanwhile, evenly.
                var ahead = a + (rows * ARow);
                var aheadStep = AStep == 1 ? rows : 0;
                switch (rows)
                {
                    case 6:
                        Fold<TVector, TSimd, Six, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, merges, 0, ahead, aheadStep);
                        break;
                    case 5:
                        Fold<TVector, TSimd, Five, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, merges, 0, ahead, aheadStep);
                        break;
                    case 4:
                        Fold<TVector, TSimd, Four, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, merges, 0, ahead, aheadStep);
                        break;
                    case 3:
                        Fold<TVector, TSimd, Three, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, merges, 0, ahead, aheadStep);
                        break;
                    case 2:
                        Fold<TVector, TSimd, Two, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, merges, 0, ahead, aheadStep);
                        break;
                    default:
                        Fold<TVector, TSimd, One, TColumns>(a, ARow, AStep, b, BStep, Count, c, CRow, goesOn, merges, 0, ahead, aheadStep);
                        break;
                }

                a += rows * ARow;
                c += rows * CRow;
            }
        }
    }

    // All folds of one tile. One loop calls one kernel: nothing else runs between two folds, so that they overlap.
    private struct Chain : ITileWork
    {
        public FoldStep* Steps;
        public nint Count;
        public nint AStep;
        public nint Width;
        public nint Rows;
        public nint Level;

        public readonly void Run<TVector, TSimd, TColumns>(float* a, float* b, float* c)
            where TVector : struct
            where TSimd : struct, ISimd<TVector>
            where TColumns : struct, ISize
        {
            switch (Rows)
            {
                case 6:
                    Run<TVector, TSimd, Six, TColumns>(a, b, c);
                    break;
                case 5:
                    Run<TVector, TSimd, Five, TColumns>(a, b, c);
                    break;
                case 4:
                    Run<TVector, TSimd, Four, TColumns>(a, b, c);
                    break;
                case 3:
                    Run<TVector, TSimd, Three, TColumns>(a, b, c);
                    break;
                case 2:
                    Run<TVector, TSimd, Two, TColumns>(a, b, c);
                    break;
                default:
                    Run<TVector, TSimd, One, TColumns>(a, b, c);
                    break;
            }
        }

        private readonly void Run<TVector, TSimd, TRows, TColumns>(float* a, float* b, float* c)
            where TVector : struct
            where TSimd : struct, ISimd<TVector>
            where TRows : struct, ISize
            where TColumns : struct, ISize
        {
            var step = Steps;
            var (aStep, width, level) = (AStep, Width, Level);
            for (var end = step + Count; step < end; step++)
            {
                Fold<TVector, TSimd, TRows, TColumns>(a, 1, aStep, b, width, step->Count, c + (step->Level * level), width, step->GoesOn, step->Merges, level, a, 0);
                a += step->Count * aStep;
                b += step->Count * width;
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
