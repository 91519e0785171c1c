namespace Shardwright.Execution;

/// <summary>What one thread keeps of backward attention: one block of keys and one step of queries against it.</summary>
internal readonly unsafe struct AttentionScratch
{
    private readonly AttentionShape shape;

    private AttentionScratch(in AttentionShape shape, float* scratch)
    {
        this.shape = shape;
        KeyColumns = scratch;
        ValueColumns = KeyColumns + shape.ColumnPanels;
        KeyRows = ValueColumns + shape.ColumnPanels;
        KeySums = KeyRows + shape.RowPanels;
        ValueSums = KeySums + shape.RowPanels;
        QueryRows = ValueSums + shape.RowPanels;
        UpstreamRows = QueryRows + shape.StepPanels;
        Probabilities = UpstreamRows + shape.StepPanels;
        Gradients = Probabilities + (AttentionShape.Step * AttentionShape.ScoreRow);
        Deltas = Gradients + (AttentionShape.Step * AttentionShape.ScoreRow);
    }

    /// <summary>k as [key panels, head size, 64].</summary>
    public float* KeyColumns { get; }

    /// <summary>v as [key panels, head size, 64].</summary>
    public float* ValueColumns { get; }

    /// <summary>k as [head panels, block, 64].</summary>
    public float* KeyRows { get; }

    /// <summary>dk as [head panels, block, 64].</summary>
    public float* KeySums { get; }

    /// <summary>dv as [head panels, block, 64].</summary>
    public float* ValueSums { get; }

    /// <summary>q as [head panels, step, 64].</summary>
    public float* QueryRows { get; }

    /// <summary>dy as [head panels, step, 64].</summary>
    public float* UpstreamRows { get; }

    /// <summary>P as [step, score row].</summary>
    public float* Probabilities { get; }

    /// <summary>dS as [step, score row].</summary>
    public float* Gradients { get; }

    /// <summary>dy · y of the queries of all heads that share the keys, as [group, length].</summary>
    public float* Deltas { get; }

    public static AttentionScratch Of(in AttentionShape shape)
    {
        var keys = (2 * shape.ColumnPanels) + (3 * shape.RowPanels);
        var queries = (2 * shape.StepPanels) + (2 * AttentionShape.Step * AttentionShape.ScoreRow) + (shape.Group * shape.Length);
        return new(shape, Scratch.Floats(keys + queries));
    }

    public void LoadKeys(in AttentionArrays arrays, nint at, nint keys, bool withRows)
    {
        AttentionPanels.Columns(shape, arrays.K + at, shape.KeyRow, keys, KeyColumns);
        AttentionPanels.Columns(shape, arrays.V + at, shape.KeyRow, keys, ValueColumns);
        if (withRows)
            AttentionPanels.Rows(shape, arrays.K + at, shape.KeyRow, keys, KeyRows, AttentionShape.Block);
    }

    public void LoadQueries(in AttentionArrays arrays, nint at, nint queries)
    {
        AttentionPanels.Rows(shape, arrays.Q + at, shape.QueryRow, queries, QueryRows, AttentionShape.Step);
        AttentionPanels.Rows(shape, arrays.UpstreamY + at, shape.QueryRow, queries, UpstreamRows, AttentionShape.Step);
    }

    public void ClearSums() => new Span<float>(KeySums, checked((int)(2 * shape.RowPanels))).Clear();

    private static nint StepPanels(in AttentionShape shape) => shape.HeadPanels * AttentionShape.Step * Tile.Width;
}
