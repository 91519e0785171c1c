namespace Shardwright.Execution;

/// <summary>
/// One product y = x · w, or a batch of them, with any strides: transposed operands are other strides. Work items are blocks of rows times
/// panels of 64 columns; the inner dimension is never split.
/// </summary>
internal unsafe struct MatrixProduct : IRangeWork
{
    // A [512, 64] panel of w is 128 KiB, well inside the second-level cache.
    private const int InnerBlock = 512;

    // Rows of a task that gathers its block in scratch: 48 KiB.
    private const int StagedRows = 192;

    // Rows of w this far apart share so few sets of the caches that a panel does not stay in them: 2 KiB.
    private const int AliasingStep = 512;
    private const int RowsToCopyFor = 96;

    public float* X;
    public nint XBatch;
    public nint XRow;
    public nint XStep;
    public float* W;
    public nint WBatch;
    public nint WStep;
    public nint WColumn;
    public float* Y;
    public nint Batch;
    public nint Rows;
    public nint Inner;
    public nint Columns;
    public bool Accumulate;
    private nint rowBlock;
    private nint rowBlocks;
    private nint panels;

    public void Run()
    {
        if (Batch == 0 || Rows == 0 || Columns == 0)
            return;
        panels = (Columns + Tile.Width - 1) / Tile.Width;
        rowBlock = Math.Min(Rows, RowsPerTask());
        rowBlocks = (Rows + rowBlock - 1) / rowBlock;
        Ranges.Split(this, Batch * rowBlocks * panels, 1);
    }

    public void Run(nint begin, nint end)
    {
        for (var task = begin; task < end; task++)
        {
            var panel = task % panels;
            var block = task / panels % rowBlocks;
            var batch = task / panels / rowBlocks;
            Block(batch, block * rowBlock, panel * Tile.Width);
        }
    }

    // About four tasks a thread keep the last one short; fewer than 96 rows would not repay a transposed panel.
    private readonly nint RowsPerTask()
    {
        if (Staged)
            return StagedRows;
        var threads = WorkPool.Current?.Threads ?? 1;
        if (threads == 1)
            return Rows;
        var blocks = Math.Max(1, ((4 * threads) + (Batch * panels) - 1) / (Batch * panels));
        var rows = (Rows + blocks - 1) / blocks;
        return Math.Max(96, (rows + 5) / 6 * 6);
    }

    // A narrow last panel, or a sum to be finished before it is added, is gathered apart from y.
    private readonly bool Staged => Columns % Tile.Step != 0 || (Accumulate && Inner > InnerBlock);

    private readonly void Block(nint batch, nint row, nint column)
    {
        var width = Math.Min(Tile.Width, Columns - column);
        var rows = Math.Min(rowBlock, Rows - row);
        var x = X + (batch * XBatch) + (row * XRow);
        var w = W + (batch * WBatch) + (column * WColumn);
        var y = Y + (((batch * Rows) + row) * Columns) + column;

        var panelColumns = Panel.Columns(width);
        var padded = width < panelColumns;
        var copied = padded || (WStep % AliasingStep == 0 && rows >= RowsToCopyFor);
        var staged = padded || (Accumulate && Inner > InnerBlock);
        var panel = Scratch.Floats((InnerBlock + StagedRows) * Tile.Width);
        var target = staged ? panel + (InnerBlock * Tile.Width) : y;
        var targetRow = staged ? Tile.Width : Columns;
        nint k = 0;
        do
        {
            var count = Math.Min(InnerBlock, Inner - k);
            var mode = k > 0 ? TileMode.Continue : Accumulate && !staged ? TileMode.Add : TileMode.Overwrite;
            var right = w + (k * WStep);
            var rightStep = WStep;
            if (WColumn != 1)
            {
                Panel.CopyTransposed(right, WColumn, count, width, panel, panelColumns);
                right = panel;
                rightStep = panelColumns;
            }
            else if (copied)
            {
                Panel.Copy(right, WStep, count, width, panel, panelColumns);
                right = panel;
                rightStep = panelColumns;
            }

            Tile.Rows(x + (k * XStep), XRow, XStep, right, rightStep, panelColumns, rows, count, target, targetRow, mode);
            k += count;
        }
        while (k < Inner);

        if (staged)
            Panel.Store(target, rows, width, y, Columns, Accumulate);
    }
}
