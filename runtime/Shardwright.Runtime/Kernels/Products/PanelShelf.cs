namespace Shardwright.Execution;

/// <summary>Both orientations of one packed parameter, see <see cref="PanelSet"/>.</summary>
internal sealed class PackedMatrices(int matrices, int rows, int columns) : IDisposable
{
    public PanelSet Straight { get; } = new(matrices, rows, columns);

    public PanelSet Transposed { get; } = new(matrices, columns, rows);

    public long Bytes => Straight.Bytes + Transposed.Bytes;

    public void Dispose()
    {
        Straight.Dispose();
        Transposed.Dispose();
    }
}

/// <summary>
/// The packed weights of a cluster. Ranks that hold the same values share one copy: all ranks a dense parameter's, the expert replicas an expert's. Every rank of a cluster runs the same program and so
/// packs its parameters in the same order, whose number names them.
/// </summary>
internal sealed class PanelShelf(ProgramPlan plan) : IDisposable
{
    private const int Everybody = -1;

    private readonly Lock gate = new();
    private readonly Dictionary<(int Number, int Holders), PackedMatrices> shelf = [];

    public long Bytes
    {
        get
        {
            lock (gate)
                return shelf.Values.Sum(matrices => matrices.Bytes);
        }
    }

    /// <param name="number">How many parameters the rank's program has packed before.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="offset">Byte offset of the parameter in the arena.</param>
    /// <param name="matrices">Matrices of the parameter on this rank.</param>
    /// <param name="rows">Rows of a matrix.</param>
    /// <param name="columns">Columns of a matrix.</param>
    public PackedMatrices Get(int number, int rank, long offset, int matrices, int rows, int columns)
    {
        int holders = plan.Parameters.Any(slot => slot.Experts == 0 && Holds(slot, offset)) ? Everybody : rank % plan.Expert;
        lock (gate)
        {
            if (!shelf.TryGetValue((number, holders), out var packed))
                shelf[(number, holders)] = packed = new(matrices, rows, columns);
            return packed;
        }
    }

    public void Dispose()
    {
        foreach (var packed in shelf.Values)
            packed.Dispose();
    }

    private bool Holds(ParameterSlot slot, long offset)
        => offset >= slot.Offset && offset < slot.Offset + (long)slot.Instances * slot.LocalExperts(plan) * slot.Elements * sizeof(float);
}
