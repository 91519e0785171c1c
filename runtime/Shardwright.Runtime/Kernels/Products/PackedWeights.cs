using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>
/// Host copies of one parameter as right operands of products, in both orientations: made on first use after a change and then shared by passes and
/// micro-batches. They are the emulator's scratch, not device memory. For one rank's thread.
/// </summary>
public sealed unsafe class PackedWeights : IDisposable
{
    private readonly Arena arena;
    private readonly long offset;
    private readonly int matrices;
    private readonly int rows;
    private readonly int columns;
    private readonly NumberFormat format;
    private readonly bool[] straightReady;
    private readonly bool[] transposedReady;
    private float* straight;
    private float* transposed;
    private bool disposed;

    /// <param name="arena">Where the parameter lives.</param>
    /// <param name="offset">Byte offset of its values, [matrices, rows, columns], in the static part.</param>
    /// <param name="matrices">Matrices, such as experts; at least 1.</param>
    /// <param name="rows">Rows of a matrix.</param>
    /// <param name="columns">Columns of a matrix.</param>
    /// <param name="format">Format that the copies are rounded to: bf16 to nearest, fp8 with a scale for each column of the orientation, see <see cref="Kernels.RoundColumns"/>.</param>
    /// <exception cref="ArgumentException">A size is negative, or there is no matrix.</exception>
    public PackedWeights(Arena arena, long offset, int matrices, int rows, int columns, NumberFormat format = NumberFormat.Float32)
    {
        if (matrices < 1 || rows < 0 || columns < 0)
            throw new ArgumentException($"PackedWeights: got [{matrices}, {rows}, {columns}]; need at least one matrix and sizes of at least 0.");
        this.arena = arena;
        this.offset = offset;
        this.matrices = matrices;
        this.rows = rows;
        this.columns = columns;
        this.format = format;
        straightReady = new bool[matrices];
        transposedReady = new bool[matrices];
    }

    /// <summary>Frees the copies should nobody have disposed them.</summary>
    ~PackedWeights() => Free();

    /// <summary>Host memory of the copies made so far.</summary>
    public long HostBytes => ((straight is null ? 0 : Execution.Panels.Size(rows, columns)) + (transposed is null ? 0 : Execution.Panels.Size(columns, rows))) * (long)matrices * sizeof(float);

    /// <summary>Matrices [first, first + count) as right operands [rows, columns]; valid until <see cref="Invalidate"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such matrices.</exception>
    public Panels Panels(int first, int count = 1) => Get(ref straight, straightReady, transpose: false, first, count);

    /// <summary>The same matrices, transposed, as right operands [columns, rows]; valid until <see cref="Invalidate"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such matrices.</exception>
    public Panels Transposed(int first, int count = 1) => Get(ref transposed, transposedReady, transpose: true, first, count);

    /// <summary>Tells that the parameter has changed.</summary>
    public void Invalidate()
    {
        Array.Clear(straightReady);
        Array.Clear(transposedReady);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        disposed = true;
        GC.SuppressFinalize(this);
    }

    private Panels Get(ref float* data, bool[] ready, bool transpose, int first, int count)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (first < 0 || count < 1 || first > matrices - count)
            throw new ArgumentOutOfRangeException(nameof(first), $"PackedWeights: got matrices {first} to {first + count}; need some of 0 to {matrices}.");
        var (inner, width) = transpose ? (columns, rows) : (rows, columns);
        var size = Execution.Panels.Size(inner, width);
        if (data is null)
            data = (float*)HugePages.Allocate(size * matrices * sizeof(float));
        for (var begin = first; begin < first + count;)
        {
            var end = begin;
            while (end < first + count && !ready[end])
                ready[end++] = true;
            if (end > begin)
                Pack(data + (begin * size), begin, end - begin, transpose);
            begin = end + 1;
        }

        return new Panels(data + (first * size), count, inner, width);
    }

    private void Pack(float* target, int first, int count, bool transpose)
    {
        long each = (long)rows * columns;
        fixed (float* weights = arena.Floats(offset + (first * each * sizeof(float)), checked((int)(count * each))))
        {
            var work = new PanelPacking(weights, transpose ? 1 : columns, transpose ? columns : 1, (nint)each, transpose ? columns : rows, transpose ? rows : columns, target, format);
            Ranges.Split(work, work.PanelsEach * count, 1);
        }
    }

    private void Free()
    {
        NativeMemory.AlignedFree(straight);
        NativeMemory.AlignedFree(transposed);
        straight = null;
        transposed = null;
    }
}
