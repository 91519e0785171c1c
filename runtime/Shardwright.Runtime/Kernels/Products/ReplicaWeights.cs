using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>
/// One expert parameter's matrices in a rank's slots, as products read them. Slots hold other experts in every layer and micro-batch, so they are packed when they are read. Host scratch, not device memory.
/// </summary>
public sealed unsafe class ReplicaWeights : IDisposable
{
    private readonly ExpertExchange exchange;
    private readonly int rows, columns;
    private readonly NumberFormat format;
    private float* straight, transposed;

    /// <param name="exchange">The expert group, which knows how many slots hold a replica.</param>
    /// <param name="rows">Rows of a matrix.</param>
    /// <param name="columns">Columns of a matrix.</param>
    /// <param name="format">Format that the copies are rounded to.</param>
    public ReplicaWeights(ExpertExchange exchange, int rows, int columns, NumberFormat format = NumberFormat.Float32)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        (this.exchange, this.rows, this.columns, this.format) = (exchange, rows, columns, format);
    }

    /// <summary>Frees the memory should nobody have disposed it.</summary>
    ~ReplicaWeights() => Free();

    /// <summary>The slots' matrices as right operands [rows, columns]; valid until the next call.</summary>
    /// <param name="values">[slots, rows, columns], in the arena.</param>
    public Panels Panels(ReadOnlySpan<float> values) => Pack(values, ref straight, transpose: false);

    /// <summary>The same, transposed: right operands [columns, rows].</summary>
    /// <param name="values">[slots, rows, columns], in the arena.</param>
    public Panels Transposed(ReadOnlySpan<float> values) => Pack(values, ref transposed, transpose: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private Panels Pack(ReadOnlySpan<float> values, ref float* data, bool transpose)
    {
        int slots = exchange.Slots, inner = transpose ? columns : rows, across = transpose ? rows : columns;
        nint each = (nint)rows * columns;
        Require.Length(nameof(ReplicaWeights), nameof(values), values.Length, (long)slots * each);
        if (data is null)
            data = (float*)HugePages.Allocate(Execution.Panels.Size(inner, across) * slots * sizeof(float));
        if (exchange.HeldReplicas > 0)
            fixed (float* from = values)
            {
                var work = new PanelPacking(from, transpose ? 1 : columns, transpose ? columns : 1, each, inner, across, data, format);
                Ranges.Split(work, work.PanelsEach * exchange.HeldReplicas, 1);
            }
        return new(data, slots, inner, across);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(straight);
        NativeMemory.AlignedFree(transposed);
        straight = transposed = null;
    }
}
