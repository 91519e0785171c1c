namespace Shardwright.Execution;

/// <summary>A <see cref="Segments"/> whose boundaries are pinned for the duration of one kernel.</summary>
internal readonly unsafe struct SegmentTable(int* boundaries, int count, int rowsEach)
{
    public int Count => count;

    public nint Rows => count == 0 ? 0 : End(count - 1);

    public nint Start(int sequence) => boundaries == null ? (nint)sequence * rowsEach : boundaries[sequence];

    public nint End(int sequence) => boundaries == null ? (nint)(sequence + 1) * rowsEach : boundaries[sequence + 1];

    /// <summary>The boundaries of another group of rows, which lie behind these, as many for each.</summary>
    public SegmentTable Of(int group) => new(boundaries == null ? null : boundaries + ((nint)group * (count + 1)), count, rowsEach);
}
