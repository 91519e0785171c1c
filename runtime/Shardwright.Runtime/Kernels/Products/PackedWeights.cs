namespace Shardwright.Execution;

/// <summary>
/// Host copies of one parameter as right operands of products, in both orientations: made on first use after a change and then shared by passes, micro-batches and the ranks that hold the same values.
/// They are the emulator's scratch, not device memory. For one rank's thread.
/// </summary>
public sealed unsafe class PackedWeights : IDisposable
{
    private readonly Arena arena;
    private readonly NumberFormat format;
    private readonly PackedMatrices packed;
    private bool disposed;

    /// <param name="arena">Where the parameter lives.</param>
    /// <param name="offset">Byte offset of its values, [matrices, rows, columns], in the static part.</param>
    /// <param name="matrices">Matrices, such as experts; at least 1.</param>
    /// <param name="rows">Rows of a matrix.</param>
    /// <param name="columns">Columns of a matrix.</param>
    /// <param name="format">Format that the copies are rounded to: bf16 to nearest, fp8 with a scale for each column of the orientation, see <see cref="Kernels.RoundColumns"/>.</param>
    /// <exception cref="ArgumentException">A size is negative, or there is no matrix.</exception>
    public PackedWeights(Arena arena, long offset, int matrices, int rows, int columns, NumberFormat format = NumberFormat.Float32)
        : this(arena, offset, matrices, rows, columns, format, null)
    {
    }

    internal PackedWeights(Arena arena, long offset, int matrices, int rows, int columns, NumberFormat format, PackedMatrices? shared)
    {
        if (matrices < 1 || rows < 0 || columns < 0)
            throw new ArgumentException($"PackedWeights: got [{matrices}, {rows}, {columns}]; need at least one matrix and sizes of at least 0.");
        this.arena = arena;
        (Offset, Matrices) = (offset, matrices);
        (Rows, Columns) = (rows, columns);
        this.format = format;
        packed = shared ?? new(matrices, rows, columns);
    }

    /// <summary>Byte offset of the parameter in the arena.</summary>
    internal long Offset { get; }

    /// <summary>Number of matrices.</summary>
    internal int Matrices { get; }

    /// <summary>Rows of a matrix.</summary>
    internal int Rows { get; }

    /// <summary>Columns of a matrix.</summary>
    internal int Columns { get; }

    /// <summary>Counts the changes of the parameter.</summary>
    internal int Version { get; private set; } = 1;

    /// <summary>Host memory of the copies made so far.</summary>
    public long HostBytes => packed.Bytes;

    /// <summary>Matrices [first, first + count) as right operands [rows, columns]; valid until <see cref="Invalidate"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such matrices.</exception>
    public Panels Panels(int first, int count = 1) => Get(packed.Straight, transpose: false, first, count);

    /// <summary>The same matrices, transposed, as right operands [columns, rows]; valid until <see cref="Invalidate"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such matrices.</exception>
    public Panels Transposed(int first, int count = 1) => Get(packed.Transposed, transpose: true, first, count);

    /// <summary>Tells that the parameter has changed.</summary>
    public void Invalidate() => Version++;

    /// <summary>Frees the copies; not to be called for copies that other ranks share.</summary>
    public void Dispose()
    {
        packed.Dispose();
        disposed = true;
    }

    private Panels Get(PanelSet set, bool transpose, int first, int count)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (first < 0 || count < 1 || first > Matrices - count)
            throw new ArgumentOutOfRangeException(nameof(first), $"PackedWeights: got matrices {first} to {first + count}; need some of 0 to {Matrices}.");
        return set.Get(first, count, Version, new Source(this, transpose));
    }

    /// <summary>Packs matrices [<paramref name="count"/>, rows, columns] as these are.</summary>
    internal void Pack(float* values, int count, float* target, bool transpose)
    {
        var work = new PanelPacking(values, transpose ? 1 : Columns, transpose ? Columns : 1, (nint)Rows * Columns, transpose ? Columns : Rows, transpose ? Rows : Columns, target, format);
        Ranges.Split(work, work.PanelsEach * count, 1);
    }

    private readonly struct Source(PackedWeights weights, bool transpose) : IPanelSource
    {
        public void Pack(float* target, int first, int count)
        {
            long each = (long)weights.Rows * weights.Columns;
            fixed (float* values = weights.arena.Floats(weights.Offset + (first * each * sizeof(float)), checked((int)(count * each))))
                weights.Pack(values, count, target, transpose);
        }
    }
}
