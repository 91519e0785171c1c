using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

/// <summary>
/// One block of one dw, see <see cref="TokenProduct"/>. A tile goes through all tokens of a chunk, and the sums of its finished sequences stay in the
/// first-level cache. Both operands of the chunk are packed first: in place, the values that a tile reads lie a row's length apart, on a page of their
/// own each, which neither the caches nor the translation of addresses bear.
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

    // Columns of a packed strip of the left operand: one tile's, made a whole vector.
    private const int StripColumns = 8;

    // So that the strips of one token do not all lie in the same sets of a cache.
    private const int StripGap = 16;

    // Tokens packed at a time, over as many strips as have their lines in the first-level cache.
    private const int PackedTokens = 8;
    private const int PackedTiles = 32;

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

    public readonly void Run()
    {
        var all = Sequences.Rows;
        if (all == 0)
        {
            Clear();
            return;
        }

        var tiles = new RowTiles(Rows);
        var longest = Math.Min(all, InPlace ? ChunkInPlace : Chunk);
        var strip = (longest * StripColumns) + StripGap;
        var strips = InPlace ? 0 : tiles.Count * strip;
        var stack = HalvingOrder.Levels(Sequences.Count) * Level;

        // The partial sums of every tile wait for the next chunk, if there is one.
        var waiting = all > longest ? stack : 0;
        nint across = (Columns + Tile.Width - 1) / Tile.Width;
        var left = Scratch.Floats(strips + (longest * Tile.Width) + stack + (waiting * tiles.Count * across) + (Sequences.Count * (sizeof(FoldStep) / sizeof(float))));
        var panel = left + strips;
        var stacks = panel + (longest * Tile.Width);
        var steps = (FoldStep*)(stacks + stack + (waiting * tiles.Count * across));
        var order = new HalvingOrder(Sequences.Count);
        var sequence = 0;
        for (nint start = 0, end; start < all; start = end)
        {
            end = EndOfChunk(sequence, start, longest);
            var count = Steps(start, end, ref sequence, ref order, steps);
            if (InPlace)
                Fetch(Left + (start * LeftRow), end - start);
            else
                PackLeft(tiles, start, end - start, left, strip);
            var sums = stacks;
            for (nint column = 0; column < Columns; column += Tile.Width)
            {
                var width = Math.Min(Tile.Width, Columns - column);
                var wide = Panel.Columns(width);
                Panel.Copy(Right + (start * RightRow) + column, RightRow, end - start, width, panel, wide);
                for (nint tile = 0; tile < tiles.Count; tile++, sums += waiting)
                {
                    var row = tiles.Start(tile);
                    var rows = tiles.Rows(tile);
                    if (InPlace)
                        Tile.Folds(Left + (start * LeftRow) + row, LeftRow, panel, wide, rows, steps, count, sums, Level);
                    else
                        Tile.Folds(left + (tile * strip), StripColumns, panel, wide, rows, steps, count, sums, Level);
                    if (end == all)
                        Store(sums, row, rows, column, width, wide);
                }
            }
        }
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

    private readonly void PackLeft(RowTiles tiles, nint start, nint tokens, float* to, nint strip)
    {
        for (nint first = 0; first < tiles.Count; first += PackedTiles)
        {
            var last = Math.Min(first + PackedTiles, tiles.Count);
            var from = Left + (start * LeftRow);
            var target = to;
            for (nint token = 0; token < tokens; token += PackedTokens, from += PackedTokens * LeftRow, target += PackedTokens * StripColumns)
            {
                var count = Math.Min(PackedTokens, tokens - token);
                for (var tile = first; tile < last; tile++)
                {
                    var row = tiles.Start(tile);
                    if (row + StripColumns <= Rows && count == PackedTokens)
                        Strip(from + row, LeftRow, target + (tile * strip));
                    else
                        Strip(from + row, LeftRow, count, Math.Min(StripColumns, Rows - row), target + (tile * strip));
                }
            }
        }
    }

    // The next tokens' lines of the strip are fetched meanwhile: a store to a line that is not in the first-level cache holds up all that follow it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Strip(float* from, nint row, float* to)
    {
        var next = to + (PackedTokens * StripColumns);
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(next);
            Sse.Prefetch0(next + 16);
            Sse.Prefetch0(next + 32);
            Sse.Prefetch0(next + 48);
        }

        var late = from + (4 * row);
        if (Sse.IsSupported)
        {
            var then = late + (4 * row);
            Sse.Prefetch0(then);
            Sse.Prefetch0(then + row);
            Sse.Prefetch0(then + (2 * row));
            Sse.Prefetch0(then + (3 * row));
            then += 4 * row;
            Sse.Prefetch0(then);
            Sse.Prefetch0(then + row);
            Sse.Prefetch0(then + (2 * row));
            Sse.Prefetch0(then + (3 * row));
        }

        var a = Vector256.Load(from);
        var b = Vector256.Load(from + row);
        var c = Vector256.Load(from + (2 * row));
        var d = Vector256.Load(from + (3 * row));
        var e = Vector256.Load(late);
        var f = Vector256.Load(late + row);
        var g = Vector256.Load(late + (2 * row));
        var h = Vector256.Load(late + (3 * row));
        a.Store(to);
        b.Store(to + 8);
        c.Store(to + 16);
        d.Store(to + 24);
        e.Store(to + 32);
        f.Store(to + 40);
        g.Store(to + 48);
        h.Store(to + 56);
    }

    private static void Strip(float* from, nint row, nint count, nint columns, float* to)
    {
        for (; count > 0; count--, from += row, to += StripColumns)
        {
            for (nint i = 0; i < columns; i++)
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
            *step++ = new FoldStep { Count = count, Level = order.Depth - merges, Merges = merges, GoesOn = first < start };
            if (!isDone)
                break;
            order.Advance();
        }

        return (nint)(step - steps);
    }

    private readonly void Store(float* sum, nint row, nint rows, nint column, nint width, nint wide)
    {
        if (Transposed)
        {
            Row.AddZero(sum, rows * wide);
            Transposition.Copy(sum, wide, Target + (column * TargetRow) + row, TargetRow, rows, width);
        }
        else
        {
            Panel.StoreSum(sum, rows, width, Target + (row * TargetRow) + column, TargetRow, wide);
        }
    }

    private readonly void Clear()
    {
        var (rows, columns) = Transposed ? (Columns, Rows) : (Rows, Columns);
        for (nint row = 0; row < rows; row++)
            new Span<float>(Target + (row * TargetRow), (int)columns).Clear();
    }
}
