namespace Shardwright.Execution;

/// <summary>
/// y = x · w over packed panels, one matrix a group of rows. Work items are (group, block of rows, run of panels); the inner dimension is never
/// split, and a block's epilogue runs while the block is in the first-level cache.
/// </summary>
internal unsafe struct PackedProduct : IRoundedWork
{
    // A [1024, 64] piece of a panel is 256 KiB, inside the second-level cache together with a block of x.
    private const int InnerBlock = 1024;

    // A block of x, read again for each panel, takes at most 384 KiB.
    private const int LeftFloats = 96 * 1024;
    private const int MostRows = 192;
    private const int FewestRows = 48;

    // Rows finished at a time: 6 KiB stay in the first-level cache until the epilogue has read them.
    private const int StripRows = 24;

    public float* X;
    public Panels W;
    public Epilogue Epilogue;

    /// <summary>First row of each group and the number of rows.</summary>
    public int* Starts;
    public int Groups;

    private nint rowBlock;
    private nint panels;

    public void Run<TRounder>(TRounder rounder)
        where TRounder : unmanaged, IRounder
    {
        panels = (W.Columns + Tile.Width - 1) / Tile.Width;
        rowBlock = RowsPerTask();
        nint blocks = 0;
        for (var group = 0; group < Groups; group++)
            blocks += Blocks(group);
        if (Epilogue.Gated is not null)
            Ranges.Split(new GatedTasks<TRounder>(this, rounder), blocks, 1);
        else
            Ranges.Split(new Tasks<TRounder>(this, rounder), blocks * panels, 1);
    }

    private readonly nint Blocks(int group) => (Starts[group + 1] - Starts[group] + rowBlock - 1) / rowBlock;

    // About four tasks a thread keep the last one short.
    private readonly nint RowsPerTask()
    {
        nint rows = LeftFloats / Math.Max(1, Math.Min(InnerBlock, W.Inner));
        var threads = WorkPool.Current?.Threads ?? 1;
        if (threads > 1)
            rows = Math.Min(rows, Starts[Groups] * (Epilogue.Gated is null ? panels : 1) / (4 * threads));
        if (Epilogue.Gated is not null)
            return Math.Clamp((rows + 5) / 6 * 6, 12, FewestRows);
        return Math.Clamp((rows + 5) / 6 * 6, FewestRows, MostRows);
    }

    private readonly void Block<TRounder>(TRounder rounder, int group, nint row, nint rows, nint column)
        where TRounder : unmanaged, IRounder
    {
        var right = W.At(group, column);
        var left = X + (row * W.Inner);
        var width = Math.Min(Tile.Width, W.Columns - column);
        var pieces = W.Inner > InnerBlock;
        if (typeof(TRounder) == typeof(Unrounded) && Epilogue.IsPlain && width == Panel.Columns(width) && !(Epilogue.Accumulate && pieces))
        {
            Fold(left, right, width, rows, Epilogue.Y + (row * W.Columns) + column, W.Columns, Epilogue.Accumulate ? TileMode.Add : TileMode.Overwrite);
            return;
        }

        // Several pieces of the inner dimension pass over the whole block before it is complete.
        var bias = Epilogue.Bias is null ? null : Epilogue.Bias + (group * (nint)W.Columns) + column;
        var strip = pieces ? rows : StripRows;
        var staged = Scratch.Floats(strip * Tile.Width);
        for (nint done = 0; done < rows; done += strip)
        {
            var count = Math.Min(strip, rows - done);
            Fold(left + (done * W.Inner), right, Panel.Columns(width), count, staged, Tile.Width, TileMode.Overwrite);
            Epilogue.Apply(rounder, staged, count, width, row + done, column, bias);
        }
    }

    private readonly void Fold(float* left, float* right, nint width, nint rows, float* target, nint targetRow, TileMode mode)
    {
        nint k = 0;
        do
        {
            var count = Math.Min(InnerBlock, W.Inner - k);
            Tile.Rows(left + k, W.Inner, 1, right + (k * width), width, width, rows, count, target, targetRow, k > 0 ? TileMode.Continue : mode);
            k += count;
        }
        while (k < W.Inner);
    }

    private readonly struct Tasks<TRounder>(PackedProduct product, TRounder rounder) : IRangeWork
        where TRounder : unmanaged, IRounder
    {
        public void Run(nint begin, nint end)
        {
            var group = 0;
            nint before = 0;
            for (var task = begin; task < end; task++)
            {
                var block = task / product.panels;
                while (block >= before + product.Blocks(group))
                    before += product.Blocks(group++);
                var row = product.Starts[group] + ((block - before) * product.rowBlock);
                var rows = Math.Min(product.rowBlock, product.Starts[group + 1] - row);
                product.Block(rounder, group, row, rows, task % product.panels * Tile.Width);
            }
        }
    }

    // All panels of a block of rows, then its second output while the first is in the second-level cache.
    private readonly struct GatedTasks<TRounder>(PackedProduct product, TRounder rounder) : IRangeWork
        where TRounder : unmanaged, IRounder
    {
        public void Run(nint begin, nint end)
        {
            var group = 0;
            nint before = 0;
            for (var block = begin; block < end; block++)
            {
                while (block >= before + product.Blocks(group))
                    before += product.Blocks(group++);
                var row = product.Starts[group] + ((block - before) * product.rowBlock);
                var rows = Math.Min(product.rowBlock, product.Starts[group + 1] - row);
                for (nint panel = 0; panel < product.panels; panel++)
                    product.Block(rounder, group, row, rows, panel * Tile.Width);
                product.Epilogue.Gating(rounder, row, rows);
            }
        }
    }
}
