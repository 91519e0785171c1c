using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

/// <summary>
/// One block of one dw, see <see cref="TokenProduct"/>. A tile goes through all tokens of a chunk, and the sums of its finished sequences stay in the
/// first-level cache. Both operands of the chunk are packed: in place, the values that a tile reads lie a row's length apart, on a page of their
/// own each, which neither the caches nor the translation of addresses bear. The tiles themselves pack on the way: the first of a panel the panel that it
/// reads, those of the first panel the strip of the left operand that the next one reads. The last ones fetch the next panel.
/// </summary>
internal unsafe struct TokenBlock
{
    /// <summary>Most rows of a block.</summary>
    public const int MostRows = 1024;

    /// <summary>Most columns of a block.</summary>
    public const int MostColumns = 1024;

    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 6;

    // A panel of the right operand takes half of the second-level cache; the left one passes by in strips.
    private const int Chunk = 2048;

    // What is read in place stays in the second-level cache, lines of which serve several tiles.
    private const int ChunkInPlace = 128;

    // So that the strips of one token do not all lie in the same sets of a cache.
    private const int StripGap = 16;

    // Floats of a line of the caches.
    private const int Line = 16;
    private const int LinesOfPanel = Tile.Width / Line;

    // One partial sum of one tile.
    private const int Level = TileRows * Tile.Width;

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

    /// <summary>The sum goes on from what is in the target; there is one sequence.</summary>
    public bool GoesOn;

    public readonly void Run()
    {
        var all = Sequences.Rows;
        if (all == 0)
        {
            if (!GoesOn)
                Clear();
            return;
        }

        var tiles = new RowTiles(Rows);
        var longest = Math.Min(all, InPlace ? ChunkInPlace : Chunk);
        var strip = (longest * FoldChain.StripColumns) + StripGap;
        var strips = InPlace ? 0 : tiles.Count * strip;
        var stack = HalvingOrder.Levels(Sequences.Count) * Level;

        // The partial sums of every tile wait for the next chunk, if there is one.
        var waiting = all > longest ? stack : 0;
        nint across = (Columns + Tile.Width - 1) / Tile.Width;
        var left = Scratch.Floats(strips + (longest * Tile.Width) + stack + (waiting * tiles.Count * across) + (Sequences.Count * (sizeof(FoldStep) / sizeof(float))));
        var panel = left + strips;
        var stacks = panel + (longest * Tile.Width);
        var chain = new FoldChain { Steps = (FoldStep*)(stacks + stack + (waiting * tiles.Count * across)), Level = Level, NextStep = LeftRow };
        var order = new HalvingOrder(Sequences.Count);
        var sequence = 0;
        for (nint start = 0, end; start < all; start = end)
        {
            end = EndOfChunk(sequence, start, longest);
            chain.Count = Steps(start, end, ref sequence, ref order, chain.Steps);
            chain.Stack = stacks;
            if (InPlace)
                Fetch(Left + (start * LeftRow), end - start);
            else
                Strip(tiles, 0, start, end - start, left);
            for (nint column = 0; column < Columns; column += Tile.Width)
                Column(ref chain, tiles, start, end - start, column, panel, left, strip, waiting, end == all);
        }
    }

    // One panel of the right operand and all tiles.
    private readonly void Column(ref FoldChain chain, RowTiles tiles, nint start, nint tokens, nint column, float* panel, float* strips, nint strip, nint waiting, bool isLast)
    {
        var width = Math.Min(Tile.Width, Columns - column);
        var right = Right + (start * RightRow) + column;
        var packs = width == Tile.Width && tiles.Rows(0) == TileRows;
        chain.Width = Panel.Columns(width);
        chain.TargetRow = TargetRow;
        if (!packs)
            Panel.Copy(right, RightRow, tokens, width, panel, chain.Width);
        var direct = isLast && !Transposed && width == chain.Width;
        for (nint tile = 0; tile < tiles.Count; tile++, chain.Stack += waiting)
        {
            var row = tiles.Start(tile);
            var inPlace = packs && tile == 0;
            chain.Rows = tiles.Rows(tile);
            if (GoesOn && start == 0)
                Load(chain.Stack, row, chain.Rows, column, width, chain.Width);
            chain.Left = InPlace ? Left + (start * LeftRow) + row : strips + (tile * strip) + row - StripStart(row);
            chain.LeftStep = InPlace ? LeftRow : FoldChain.StripColumns;
            chain.Right = inPlace ? right : panel;
            chain.RightStep = inPlace ? RightRow : chain.Width;
            chain.Panel = inPlace ? panel : null;
            chain.Target = direct ? Target + (row * TargetRow) + column : null;
            PackNext(ref chain, tiles, tile, start, tokens, column == 0 && !InPlace, strips + ((tile + 1) * strip));

            // Late, so that the strips that pass by do not drive the next panel out again.
            var line = tile - (tiles.Count - 1 - LinesOfPanel);
            var fetches = line is >= 0 and < LinesOfPanel && column + Tile.Width < Columns;
            chain.Ahead = fetches ? right + Tile.Width + (line * Line) : panel;
            chain.AheadStep = fetches ? RightRow : 0;
            fixed (FoldChain* pinned = &chain)
                Tile.Folds(pinned);
            if (isLast && !direct)
                Store(chain.Stack, row, chain.Rows, column, width, chain.Width);
        }
    }

    // The left strip of the next tile: on the way where the chain can, else at once.
    private readonly void PackNext(ref FoldChain chain, RowTiles tiles, nint tile, nint start, nint tokens, bool isNeeded, float* to)
    {
        chain.Next = null;
        if (!isNeeded || tile + 1 == tiles.Count)
            return;
        if (chain.Rows < TileRows || chain.Panel is not null || Rows < FoldChain.StripColumns)
        {
            Strip(tiles, tile + 1, start, tokens, to);
            return;
        }

        chain.Next = Left + (start * LeftRow) + StripStart(tiles.Start(tile + 1));
        chain.NextStrip = to;
    }

    // For one panel, copying the left operand costs more than it saves.
    private readonly bool InPlace => Columns <= Tile.Width && LeftRow <= 1024;

    // After the last sequence that fits, or inside one that is too long.
    private readonly nint EndOfChunk(int sequence, nint start, nint longest)
    {
        var end = start;
        for (; sequence < Sequences.Count && Sequences.End(sequence) - start <= longest; sequence++)
            end = Sequences.End(sequence);
        return end > start ? end : start + longest;
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

    // Where the strip with a row begins: whole vectors do not reach beyond the block's rows.
    private readonly nint StripStart(nint row) => Math.Max(0, Math.Min(row, Rows - FoldChain.StripColumns));

    // The strip of one tile.
    private readonly void Strip(RowTiles tiles, nint tile, nint start, nint tokens, float* to)
    {
        var from = Left + (start * LeftRow) + StripStart(tiles.Start(tile));
        for (; tokens > 0; tokens--, from += LeftRow, to += FoldChain.StripColumns)
        {
            if (Rows >= FoldChain.StripColumns)
            {
                Vector256.Load(from).Store(to);
                continue;
            }

            for (nint i = 0; i < Rows; i++)
                to[i] = from[i];
        }
    }

    // One step a sequence with tokens in the chunk. Goes on to the sequence that the next chunk starts in, and to its place in the tree.
    private readonly nint Steps(nint start, nint end, ref int sequence, ref HalvingOrder order, FoldStep* steps)
    {
        var step = steps;
        for (; sequence < Sequences.Count; sequence++)
        {
            var first = Sequences.Start(sequence);
            var last = Sequences.End(sequence);
            var isDone = last <= end;
            var count = Math.Min(last, end) - Math.Max(first, start);
            if (!isDone && count <= 0)
                break;
            var merges = isDone ? order.Merges : 0;
            *step++ = new FoldStep { Count = count, Level = order.Depth - merges, Merges = merges, GoesOn = GoesOn || first < start };
            if (!isDone)
                break;
            order.Advance();
        }

        return (nint)(step - steps);
    }

    private readonly void Load(float* sum, nint row, nint rows, nint column, nint width, nint wide)
    {
        if (Transposed)
            Panel.CopyTransposed(Target + (column * TargetRow) + row, TargetRow, rows, width, sum, wide);
        else
            Panel.Copy(Target + (row * TargetRow) + column, TargetRow, rows, width, sum, wide);
    }

    private readonly void Store(float* sum, nint row, nint rows, nint column, nint width, nint wide)
    {
        if (Transposed)
            Transposition.Copy(sum, wide, Target + (column * TargetRow) + row, TargetRow, rows, width);
        else
            Panel.StoreSum(sum, rows, width, Target + (row * TargetRow) + column, TargetRow, wide);
    }

    private readonly void Clear()
    {
        var (rows, columns) = Transposed ? (Columns, Rows) : (Rows, Columns);
        for (nint row = 0; row < rows; row++)
            new Span<float>(Target + (row * TargetRow), (int)columns).Clear();
    }
}
