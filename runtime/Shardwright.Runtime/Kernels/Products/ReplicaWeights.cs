namespace Shardwright.Execution;

/// <summary>
/// One expert parameter's matrices in a rank's slots, as products read them. A slot holds what the expert's home holds, so both share one packed copy: whoever needs it first packs it from its own weights, see <see cref="PackedWeights"/>. For one
/// rank's thread.
/// </summary>
public sealed unsafe class ReplicaWeights
{
    private readonly PackedWeights own;
    private readonly ExpertExchange exchange;
    private readonly PackedMatrices[]? homes;
    private readonly PackedMatrices? itself;

    // Where the slots' matrices lie: pinned, so that kernels may read it.
    private readonly nint[] straight, transposed;
    private int reads;

    /// <param name="own">The rank's own matrices of the parameter.</param>
    /// <param name="exchange">The expert group, which knows whose matrices are in slots.</param>
    /// <param name="homes">The packed copies of every rank of the group; null packs slots anew for every product.</param>
    internal ReplicaWeights(PackedWeights own, ExpertExchange exchange, PackedMatrices[]? homes)
    {
        (this.own, this.exchange, this.homes) = (own, exchange, homes);
        itself = homes is null ? new(exchange.Slots, own.Rows, own.Columns) : null;
        (straight, transposed) = (GC.AllocateArray<nint>(exchange.Slots, pinned: true), GC.AllocateArray<nint>(exchange.Slots, pinned: true));
    }

    /// <summary>The slots' matrices as right operands [rows, columns]; valid until the next call.</summary>
    /// <param name="values">[slots, rows, columns], in the arena.</param>
    /// <param name="first">The layer's first matrix among those of a rank.</param>
    public Panels Panels(ReadOnlySpan<float> values, int first) => Get(values, first, transpose: false, straight);

    /// <summary>The same, transposed: right operands [columns, rows].</summary>
    /// <inheritdoc cref="Panels"/>
    public Panels Transposed(ReadOnlySpan<float> values, int first) => Get(values, first, transpose: true, transposed);

    private Panels Get(ReadOnlySpan<float> values, int first, bool transpose, nint[] matrices)
    {
        int each = own.Rows * own.Columns;
        reads++;
        Require.Length(nameof(ReplicaWeights), nameof(values), values.Length, (long)exchange.Slots * each);
        fixed (float* from = values)
            for (int slot = 0; slot < exchange.HeldReplicas; slot++)
            {
                var (home, expert) = exchange.HomeOf(slot);
                var packed = itself ?? homes![home];
                var (matrix, version) = itself is null ? (first + expert, own.Version) : (slot, reads);
                matrices[slot] = (nint)(transpose ? packed.Transposed : packed.Straight).Get(matrix, 1, version, new Source(own, from + ((nint)slot * each), transpose)).Data;
            }
        return new((float**)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(matrices)), matrices.Length, transpose ? own.Columns : own.Rows, transpose ? own.Rows : own.Columns);
    }

    private readonly struct Source(PackedWeights own, float* values, bool transpose) : IPanelSource
    {
        public void Pack(float* target, int first, int count) => own.Pack(values, count, target, transpose);
    }
}
