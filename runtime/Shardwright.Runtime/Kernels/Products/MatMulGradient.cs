namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// dw[inner, columns] = Σ_t x[t, ·]ᵀ dy[t, ·], the gradient of <see cref="MatMul"/> with respect to its right operand: tokens are folded
    /// inside a sequence, sequences are added by the halving tree. Overwrites; without tokens it writes zeros.
    /// </summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void MatMulGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dw, Segments sequences, int inner, int columns)
    {
        Require.NotNegative(nameof(MatMulGradient), nameof(inner), inner);
        Require.NotNegative(nameof(MatMulGradient), nameof(columns), columns);
        Require.Length(nameof(MatMulGradient), nameof(x), x.Length, (long)sequences.Rows * inner);
        Require.Length(nameof(MatMulGradient), nameof(dy), dy.Length, (long)sequences.Rows * columns);
        Require.Length(nameof(MatMulGradient), nameof(dw), dw.Length, (long)inner * columns);
        if (sequences.Rows == 0)
        {
            dw.Clear();
            return;
        }

        fixed (float* px = x, pdy = dy, pdw = dw)
        fixed (int* boundaries = sequences)
        {
            var product = new TokenProduct(px, pdy, pdw, sequences.Table(boundaries), inner, columns);
            Ranges.Split(product, product.Tasks, 1);
        }
    }

    private readonly struct TokenProduct(float* x, float* dy, float* dw, SegmentTable sequences, nint inner, nint columns) : IRangeWork
    {
        // 96 rows of 64 columns are 24 KiB: a leaf stays in the first-level cache, all partial sums in the second.
        private const int RowBlock = 96;

        // A [128, 64] piece of dy is 32 KiB.
        private const int TokenBlock = 128;

        private nint Panels => (columns + Tile.Width - 1) / Tile.Width;

        public nint Tasks => Panels * ((inner + RowBlock - 1) / RowBlock);

        public void Run(nint begin, nint end)
        {
            for (var task = begin; task < end; task++)
                Block(task / Panels * RowBlock, task % Panels * Tile.Width);
        }

        private void Block(nint row, nint column)
        {
            var rows = Math.Min(RowBlock, inner - row);
            var width = Math.Min(Tile.Width, columns - column);
            var size = rows * Tile.Width;
            var panel = Scratch.Floats((TokenBlock * Tile.Width) + (SequenceTree.Levels(sequences.Count) * size));
            var tree = new SequenceTree(panel + (TokenBlock * Tile.Width), size, sequences.Count);
            for (var sequence = 0; sequence < sequences.Count; sequence++)
            {
                var first = sequences.Start(sequence);
                var tokens = sequences.End(sequence) - first;
                if (tokens == 0)
                {
                    tree.PushEmpty();
                    continue;
                }

                // A short sequence needs one piece, which can be added where the tree wants it.
                var adds = tokens <= TokenBlock && tree.AddsToTop;
                var leaf = adds ? tree.Top : tree.Leaf;
                for (nint done = 0; done < tokens; done += TokenBlock)
                {
                    var count = Math.Min(TokenBlock, tokens - done);
                    var right = dy + ((first + done) * columns) + column;
                    var rightRow = columns;
                    if (width < Tile.Width)
                    {
                        Panel.Copy(right, columns, count, width, panel);
                        right = panel;
                        rightRow = Tile.Width;
                    }

                    var mode = adds ? TileMode.Add : done > 0 ? TileMode.Continue : TileMode.Overwrite;
                    Tile.Rows(x + ((first + done) * inner) + row, 1, inner, right, rightRow, rows, count, leaf, Tile.Width, mode);
                }

                if (adds)
                    tree.PushAdded();
                else
                    tree.Push();
            }

            Row.AddZero(tree.Root, size);
            Panel.Store(tree.Root, rows, width, dw + (row * columns) + column, columns, accumulate: false);
        }
    }
}
