namespace Shardwright.Execution;

/// <summary>
/// dw = xᵀ · dy, one [inner, columns] matrix a group of token rows: a left fold inside a sequence, the halving tree over a group's sequences. Work
/// items are (group, block of dw's rows, panel of 64 columns).
/// </summary>
/// <param name="x">[rows, inner].</param>
/// <param name="dy">[rows, columns].</param>
/// <param name="dw">[groups, inner, columns].</param>
/// <param name="starts">First row of each group.</param>
/// <param name="sequences">Sequences of the first group; those of the others follow it.</param>
/// <param name="inner">Columns of x.</param>
/// <param name="columns">Columns of dy.</param>
internal readonly unsafe struct TokenProduct(float* x, float* dy, float* dw, int* starts, SegmentTable sequences, nint inner, nint columns) : IRangeWork
{
    // 96 rows of 64 columns are 24 KiB: a leaf stays in the first-level cache, all partial sums in the second.
    private const int RowBlock = 96;

    // A [128, 64] piece of dy is 32 KiB.
    private const int TokenBlock = 128;

    /// <summary>Work items of one group.</summary>
    public nint TasksEach => Panels * ((inner + RowBlock - 1) / RowBlock);

    private nint Panels => (columns + Tile.Width - 1) / Tile.Width;

    public void Run(nint begin, nint end)
    {
        for (var task = begin; task < end; task++)
        {
            var block = task % TasksEach;
            Block((int)(task / TasksEach), block / Panels * RowBlock, block % Panels * Tile.Width);
        }
    }

    private void Block(int group, nint row, nint column)
    {
        var tokens = sequences.Of(group);
        var rows = Math.Min(RowBlock, inner - row);
        var width = Math.Min(Tile.Width, columns - column);
        var size = rows * Tile.Width;
        var panel = Scratch.Floats((TokenBlock * Tile.Width) + (SequenceTree.Levels(tokens.Count) * size));
        var sum = panel + (TokenBlock * Tile.Width);
        if (tokens.Rows == 0)
            new Span<float>(sum, (int)size).Clear();
        else
            Sum(tokens, x + (starts[group] * inner) + row, dy + (starts[group] * columns) + column, rows, width, panel, new SequenceTree(sum, size, tokens.Count));
        Row.AddZero(sum, size);
        Panel.Store(sum, rows, width, dw + (((group * inner) + row) * columns) + column, columns, accumulate: false);
    }

    private void Sum(SegmentTable tokens, float* left, float* right, nint rows, nint width, float* panel, SequenceTree tree)
    {
        for (var sequence = 0; sequence < tokens.Count; sequence++)
        {
            var count = tokens.End(sequence) - tokens.Start(sequence);
            if (count == 0)
            {
                tree.PushEmpty();
                continue;
            }

            // A short sequence needs one piece, which can be added where the tree wants it.
            var adds = count <= TokenBlock && tree.AddsToTop;
            Fold(tokens.Start(sequence), count, left, right, rows, width, panel, adds ? tree.Top : tree.Leaf, adds);
            if (adds)
                tree.PushAdded();
            else
                tree.Push();
        }
    }

    private void Fold(nint first, nint tokens, float* left, float* right, nint rows, nint width, float* panel, float* leaf, bool adds)
    {
        for (nint done = 0; done < tokens; done += TokenBlock)
        {
            var count = Math.Min(TokenBlock, tokens - done);
            var from = right + ((first + done) * columns);
            var step = columns;
            if (width < Tile.Width)
            {
                Panel.Copy(from, columns, count, width, panel);
                from = panel;
                step = Tile.Width;
            }

            var mode = adds ? TileMode.Add : done > 0 ? TileMode.Continue : TileMode.Overwrite;
            Tile.Rows(left + ((first + done) * inner), 1, inner, from, step, rows, count, leaf, Tile.Width, mode);
        }
    }
}
