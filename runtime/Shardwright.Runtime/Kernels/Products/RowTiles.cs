namespace Shardwright.Execution;

/// <summary>
/// How rows are cut into tiles of six. Tiles of one or two rows wait for their own results, so one or two rows beyond a multiple of six are seven or
/// eight in two tiles.
/// </summary>
internal readonly struct RowTiles(nint rows)
{
    private readonly nint sixes = rows > 6 && rows % 6 is 1 or 2 ? (rows / 6) - 1 : rows / 6;

    public nint Count => sixes + ((rows - (sixes * 6)) switch
    {
        0 => 0,
        > 6 => 2,
        _ => 1,
    });

    /// <summary>First row of a tile, or the number of rows for the tile after the last.</summary>
    public nint Start(nint tile) => tile <= sixes ? tile * 6 : tile == Count ? rows : (sixes * 6) + 4;

    public nint Rows(nint tile) => Start(tile + 1) - Start(tile);
}
