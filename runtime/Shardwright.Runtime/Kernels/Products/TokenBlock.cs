using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

/// <summary>
/// One block of one dw, see <see cref="TokenProduct"/>. It goes through the tokens a chunk at a time and packs both operands of the chunk first: in
/// place, the values that a tile reads lie a row's length apart, on a page of their own each, which neither the caches nor the translation of
/// addresses bear.
/// </summary>
internal unsafe struct TokenBlock
{
    /// <summary>Rows that share a tree: two register tiles, so that a fold costs more than finding out where it goes.</summary>
    public const int TileRows = 12;

    /// <summary>Most rows of a block.</summary>
    public const int MostRows = 288;

    /// <summary>Most columns of a block: one level of its sums then takes 288 KiB of the second-level cache.</summary>
    public const int MostColumns = 256;

    // With a chunk's packed operands of 144 and 128 KiB.
    private const int Chunk = 128;

    // Columns of a packed panel of the left operand: eight register tiles, whole cache lines.
    private const int LeftPanel = 48;

    private const int PackedTokens = 4;

    public SegmentTable Sequences;

    /// <summary>[tokens, ≥ rows].</summary>
    public float* Left;
    public nint LeftRow;

    /// <summary>[tokens, ≥ columns].</summary>
    public float* Right;
    public nint RightRow;
    public nint Rows;
    public nint Columns;

    /// <summary>[rows, columns], or [columns, rows] when transposed.</summary>
    public float* Target;
    public nint TargetRow;
    public bool Transposed;

    /// <summary>The rows of a block, whole left panels.</summary>
    public static nint RoundRows(nint rows) => (rows + LeftPanel - 1) / LeftPanel * LeftPanel;

    public readonly void Run()
    {
        var longest = Longest();
        if (longest == 0)
        {
            Clear();
            return;
        }

        var room = SequenceTree.Levels(Sequences.Count) * TileRows * Tile.Width;
        var count = (Rows + TileRows - 1) / TileRows * ((Columns + Tile.Width - 1) / Tile.Width);
        var left = Scratch.Floats((longest * (Panel.Columns(Rows) + Panel.Columns(Columns))) + (count * room));
        var right = left + (longest * Panel.Columns(Rows));
        var sums = right + (longest * Panel.Columns(Columns));
        var trees = stackalloc SequenceTree[MostRows / TileRows * (MostColumns / Tile.Width)];
        var tree = trees;
        for (nint column = 0; column < Columns; column += Tile.Width)
        {
            for (nint row = 0; row < Rows; row += TileRows, sums += room)
                *tree++ = new SequenceTree(sums, Math.Min(TileRows, Rows - row) * Wide(column), Sequences.Count);
        }

        for (var first = 0; first < Sequences.Count;)
        {
            var last = EndOfChunk(first);
            var start = Sequences.Start(first);
            var tokens = Sequences.End(last - 1) - start;
            if (InPlace)
                Fetch(Left + (start * LeftRow), tokens);
            else
                Pack(Left + (start * LeftRow), LeftRow, Rows, LeftPanel, tokens, left);
            Pack(Right + (start * RightRow), RightRow, Columns, Tile.Width, tokens, right);
            tree = trees;
            for (nint column = 0; column < Columns; column += Tile.Width)
            {
                for (nint row = 0; row < Rows; row += TileRows)
                    Fold(first, last, row, left, right + (column * tokens), Wide(column), tokens, ref *tree++);
            }

            first = last;
        }

        Store(trees);
    }

    // For one panel, copying the left operand costs more than it saves.
    private readonly bool InPlace => Columns <= Tile.Width && LeftRow <= 1024;

    private readonly nint Wide(nint column) => Panel.Columns(Math.Min(Tile.Width, Columns - column));

    // Tokens of the longest chunk.
    private readonly nint Longest()
    {
        nint longest = 0;
        for (var first = 0; first < Sequences.Count;)
        {
            var last = EndOfChunk(first);
            longest = Math.Max(longest, Sequences.End(last - 1) - Sequences.Start(first));
            first = last;
        }

        return longest;
    }

    private readonly int EndOfChunk(int first)
    {
        var last = first + 1;
        while (last < Sequences.Count && Sequences.End(last) - Sequences.Start(first) <= Chunk)
            last++;
        return last;
    }

    // Row by row, as the processor foresees it: the tiles then read down the columns.
    private readonly void Fetch(float* from, nint tokens)
    {
        if (!Sse.IsSupported)
            return;
        for (nint token = 0; token < tokens; token++, from += LeftRow)
        {
            for (nint i = 0; i < Rows; i += 16)
                Sse.Prefetch1(from + i);
        }
    }

    private static void Pack(float* from, nint row, nint columns, nint panel, nint tokens, float* to)
    {
        // A few tokens at a time over all panels, since the processor foresees reads along a row.
        for (nint token = 0; token < tokens; token += PackedTokens)
        {
            var count = Math.Min(PackedTokens, tokens - token);
            for (nint column = 0; column < columns; column += panel)
            {
                var width = Math.Min(panel, columns - column);
                var wide = Panel.Columns(width);
                Panel.Copy(from + (token * row) + column, row, count, width, to + (column * tokens) + (token * wide), wide);
            }
        }
    }

    private readonly void Fold(int first, int last, nint row, float* left, float* panel, nint wide, nint tokens, ref SequenceTree tree)
    {
        var rows = Math.Min(TileRows, Rows - row);
        var leftPanel = row / LeftPanel * LeftPanel;
        var step = Panel.Columns(Math.Min(LeftPanel, Rows - leftPanel));
        var x = left + (leftPanel * tokens) + (row - leftPanel);
        if (InPlace)
        {
            step = LeftRow;
            x = Left + (Sequences.Start(first) * LeftRow) + row;
        }

        for (var sequence = first; sequence < last; sequence++)
        {
            var count = Sequences.End(sequence) - Sequences.Start(sequence);
            if (count == 0)
            {
                tree.PushEmpty();
                continue;
            }

            var adds = tree.AddsToTop;
            Tile.Rows(x, 1, step, panel, wide, wide, rows, count, adds ? tree.Top : tree.Leaf, wide, adds ? TileMode.Add : TileMode.Overwrite);
            if (adds)
                tree.PushAdded();
            else
                tree.Push();
            x += count * step;
            panel += count * wide;
        }
    }

    private readonly void Store(SequenceTree* tree)
    {
        for (nint column = 0; column < Columns; column += Tile.Width)
        {
            var width = Math.Min(Tile.Width, Columns - column);
            var wide = Wide(column);
            for (nint row = 0; row < Rows; row += TileRows, tree++)
            {
                var rows = Math.Min(TileRows, Rows - row);
                if (Transposed)
                {
                    Row.AddZero(tree->Root, rows * wide);
                    Transposition.Copy(tree->Root, wide, Target + (column * TargetRow) + row, TargetRow, rows, width, accumulate: false);
                }
                else
                {
                    Panel.StoreSum(tree->Root, rows, width, Target + (row * TargetRow) + column, TargetRow, wide);
                }
            }
        }
    }

    private readonly void Clear()
    {
        var (rows, columns) = Transposed ? (Columns, Rows) : (Rows, Columns);
        for (nint row = 0; row < rows; row++)
            new Span<float>(Target + (row * TargetRow), (int)columns).Clear();
    }
}
