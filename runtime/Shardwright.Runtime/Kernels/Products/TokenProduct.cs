namespace Shardwright.Execution;

/// <summary>
/// dw = xᵀ · dy, one [inner, columns] matrix a group of token rows: a left fold inside a sequence, the halving tree over a group's sequences. Units of
/// work are blocks of dw. Where dy is narrow, dw is made transposed, as dyᵀ · x: a multiply-add has the same bits either way.
/// </summary>
internal unsafe struct TokenProduct : IRangeWork
{
    /// <summary>[groups, inner, columns]; of the first <see cref="First"/> groups only where there is <see cref="More"/>.</summary>
    public float* Dw;

    /// <summary>[groups − first, inner, columns], or null.</summary>
    public float* More;
    public int First;

    /// <summary>First row of each group and the number of rows.</summary>
    public int* Starts;
    public int Groups;

    /// <summary>Sequences of the first group; those of the others follow it.</summary>
    public SegmentTable Sequences;

    /// <summary>The turn of each group, or null; groups whose turn it is not are left as they are.</summary>
    public int* Turns;

    /// <summary>Behind turn 0, sums go on from what is in dw; each group is then one sequence.</summary>
    public int Turn;

    private float* left;
    private float* right;
    private nint leftColumns;
    private nint rightColumns;
    private bool transposed;
    private nint blockRows;
    private nint blockColumns;

    private readonly nint Down => (leftColumns + blockRows - 1) / blockRows;

    private readonly nint Across => (rightColumns + blockColumns - 1) / blockColumns;

    /// <param name="x">[tokens, inner].</param>
    /// <param name="dy">[tokens, columns].</param>
    /// <param name="inner">Columns of x.</param>
    /// <param name="columns">Columns of dy.</param>
    public void Run(float* x, float* dy, nint inner, nint columns)
    {
        if (Groups == 0 || inner == 0 || columns == 0)
            return;
        transposed = Panel.Columns(columns) < Tile.Width && inner > columns;
        left = transposed ? dy : x;
        right = transposed ? x : dy;
        leftColumns = transposed ? columns : inner;
        rightColumns = transposed ? inner : columns;
        Divide();
        Ranges.Split(this, Groups * Down * Across, 1);
    }

    public readonly void Run(nint begin, nint end)
    {
        for (var unit = begin; unit < end; unit++)
        {
            var group = unit / (Down * Across);
            // A slot without rows has no replica, and nobody reads it.
            if (Turns != null && Turns[group] != Turn || More != null && group >= First && Starts[group + 1] == Starts[group])
                continue;
            var row = unit / Across % Down * blockRows;
            var column = unit % Across * blockColumns;
            new TokenBlock
            {
                Sequences = Sequences.Of((int)group),
                Left = left + (Starts[group] * leftColumns) + row,
                LeftRow = leftColumns,
                Right = right + (Starts[group] * rightColumns) + column,
                RightRow = rightColumns,
                Rows = Math.Min(blockRows, leftColumns - row),
                Columns = Math.Min(blockColumns, rightColumns - column),
                Target = (More == null || group < First ? Dw : More - (First * leftColumns * rightColumns)) + (group * leftColumns * rightColumns) + (transposed ? (column * leftColumns) + row : (row * rightColumns) + column),
                TargetRow = transposed ? leftColumns : rightColumns,
                Transposed = transposed,
                GoesOn = Turn > 0,
            }.Run();
        }
    }

    // Large blocks, since each packs its part of both operands anew; one a thread, or a few where groups differ in size.
    private void Divide()
    {
        var threads = WorkPool.Current?.Threads ?? 1;
        var wanted = threads == 1 ? 1 : Groups == 1 ? threads : 4 * threads;
        nint down = (leftColumns + TokenBlock.MostRows - 1) / TokenBlock.MostRows;
        nint across = (rightColumns + TokenBlock.MostColumns - 1) / TokenBlock.MostColumns;
        Divide(down, across);
        while (Groups * Down * Across < wanted)
        {
            if (blockRows > 4 * TokenBlock.TileRows && (blockRows >= blockColumns || blockColumns <= Tile.Width))
                Divide(down *= 2, across);
            else if (blockColumns > Tile.Width)
                Divide(down, across *= 2);
            else
                return;
        }
    }

    private void Divide(nint down, nint across)
    {
        blockRows = Whole((leftColumns + down - 1) / down, TokenBlock.TileRows);
        blockColumns = Whole((rightColumns + across - 1) / across, Tile.Width);
    }

    private static nint Whole(nint size, nint part) => (size + part - 1) / part * part;
}
