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
