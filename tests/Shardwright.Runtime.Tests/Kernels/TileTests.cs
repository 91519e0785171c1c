using Shardwright.Execution;

namespace Shardwright.Tests.Kernels;

public sealed unsafe class TileTests
{
    public static TheoryData<InstructionSet> Sets() => [InstructionSet.Portable, InstructionSet.Avx2, InstructionSet.Avx512];

    // Vectors that the machine lacks are computed by the runtime's fallback, so every source runs on every machine.
    [Theory]
    [MemberData(nameof(Sets))]
    public void Rows_EverySetSizeAndMode_EqualsOneFusedFold(InstructionSet set)
    {
        const int Inner = 19;
        var w = Numbers.Random(Inner * Tile.Width, 2);
        for (var rows = 1; rows <= 14; rows++)
        {
            var x = Numbers.Random(rows * Inner, 1);
            var across = Products.Transposed(x, rows, Inner);
            for (var width = 16; width <= Tile.Width; width += 16)
            {
                var panel = new float[Inner * width];
                for (var k = 0; k < Inner; k++)
                    w.AsSpan(k * Tile.Width, width).CopyTo(panel.AsSpan(k * width));
                var fold = Products.Folded(x, panel, rows, Inner, width);
                var start = Numbers.Random(rows * width, 3);
                Numbers.SameBits(fold, Run(set, x, false, panel, width, rows, 0, Inner, new float[rows * width], TileMode.Overwrite));
                Numbers.SameBits(fold, Run(set, across, true, panel, width, rows, 0, Inner, new float[rows * width], TileMode.Overwrite));
                Numbers.SameBits(Numbers.Sum(fold, start), Run(set, x, false, panel, width, rows, 0, Inner, (float[])start.Clone(), TileMode.Add));
                var part = Run(set, across, true, panel, width, rows, 0, 7, new float[rows * width], TileMode.Overwrite);
                Numbers.SameBits(fold, Run(set, across, true, panel, width, rows, 7, Inner, part, TileMode.Continue));
            }
        }
    }

    // Three sequences of 3, 0 and 4 tokens: a tree of (0 + 1) + 2.
    [Theory]
    [MemberData(nameof(Sets))]
    public void Folds_EverySetAndSize_EqualTheTreeOfFoldsAndPackWhatIsAsked(InstructionSet set)
    {
        const int Tokens = 7, LeftRow = 20;
        var x = Numbers.Random(Tokens * LeftRow, 1);
        for (var rows = 1; rows <= 6; rows++)
        {
            for (var width = 16; width <= Tile.Width; width += 16)
            {
                var dy = Numbers.Random(Tokens * width, 2);
                var left = Enumerable.Range(0, rows * Tokens).Select(i => x[(i % Tokens * LeftRow) + (i / Tokens)]).ToArray();
                float[] Leaf(int first, int end) => Products.Folded(
                    Enumerable.Range(0, rows * (end - first)).Select(i => left[(i / (end - first) * Tokens) + first + (i % (end - first))]).ToArray(),
                    dy.AsSpan(first * width, (end - first) * width), rows, end - first, width);
                var expected = Numbers.Sum(Numbers.Sum(Leaf(0, 3), new float[rows * width]), Leaf(3, Tokens));
                var whole = rows == 6 && width == Tile.Width;
                for (var packing = 0; packing < (whole ? 3 : 1); packing++)
                {
                    var panel = new float[dy.Length];
                    var strip = new float[Tokens * FoldChain.StripColumns];
                    Numbers.SameBits(expected, Folds(set, x, LeftRow, dy, width, rows, packing == 1 ? panel : null, packing == 2 ? strip : null));
                    Numbers.SameBits(packing == 1 ? dy : new float[dy.Length], panel);
                    for (var i = 0; i < strip.Length; i++)
                        Assert.Equal(packing == 2 ? x[(i / FoldChain.StripColumns * LeftRow) + rows + (i % FoldChain.StripColumns)] : 0, strip[i]);
                }
            }
        }
    }

    [Fact]
    public void RowTiles_AnyNumberOfRows_AreCoveredWithoutSlowTilesAtTheEnd()
    {
        for (nint rows = 0; rows < 100; rows++)
        {
            var tiles = new RowTiles(rows);
            nint covered = 0;
            for (nint tile = 0; tile < tiles.Count; tile++)
            {
                Assert.Equal(covered, tiles.Start(tile));
                Assert.InRange(tiles.Rows(tile), rows > 6 ? 3 : 1, 6);
                covered += tiles.Rows(tile);
            }

            Assert.Equal(rows, covered);
        }
    }

    private static float[] Folds(InstructionSet set, float[] x, int leftRow, float[] dy, int width, int rows, float[]? panel, float[]? strip)
    {
        var y = Products.Filled(rows * width);
        var stack = new float[3 * rows * width];
        FoldStep* steps = stackalloc FoldStep[] { new() { Count = 3 }, new() { Merges = 1 }, new() { Count = 4, Merges = 1 } };
        fixed (float* px = x, pdy = dy, py = y, ps = stack, pp = panel, pn = strip)
        {
            var chain = new FoldChain
            {
                Steps = steps,
                Count = 3,
                Rows = rows,
                Left = px,
                LeftStep = leftRow,
                Width = width,
                Right = pdy,
                RightStep = width,
                Stack = ps,
                Level = rows * width,
                Target = py,
                TargetRow = width,
                Panel = pp,
                Next = pn is null ? null : px + rows,
                NextStep = leftRow,
                NextStrip = pn,
            };
            Tile.Folds(set, &chain);
        }

        return y;
    }

    // Steps [first, end) of the fold; x is [rows, inner], or [inner, rows] when across.
    private static float[] Run(InstructionSet set, float[] x, bool across, float[] panel, int width, int rows, int first, int end, float[] y, TileMode mode)
    {
        var inner = x.Length / rows;
        nint aRow = across ? 1 : inner, aStep = across ? rows : 1;
        fixed (float* a = x, b = panel, c = y)
            Tile.Rows(set, a + (first * aStep), aRow, aStep, b + (first * width), width, width, rows, end - first, c, width, mode);
        return y;
    }
}
