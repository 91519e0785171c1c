namespace Shardwright.Execution;

/// <summary>Packs and rounds matrices, straight or transposed by their strides, as <see cref="Panels"/>; a unit of work is one panel.</summary>
internal readonly unsafe struct PanelPacking(float* source, nint step, nint column, nint matrix, nint inner, nint columns, float* target, NumberFormat format) : IRangeWork
{
    public nint PanelsEach => (columns + Tile.Width - 1) / Tile.Width;

    public void Run(nint begin, nint end)
    {
        for (var unit = begin; unit < end; unit++)
        {
            var first = unit % PanelsEach * Tile.Width;
            var from = source + (unit / PanelsEach * matrix) + (first * column);
            var width = Math.Min(Tile.Width, columns - first);
            var panelColumns = Panel.Columns(width);
            var to = target + (unit / PanelsEach * Panels.Size(inner, columns)) + (first * inner);
            if (column == 1)
                Panel.Copy(from, step, inner, width, to, panelColumns);
            else
                Panel.CopyTransposed(from, column, inner, width, to, panelColumns);
            Round(to, panelColumns);
        }
    }

    private void Round(float* panel, nint panelColumns)
    {
        var values = new Span<float>(panel, (int)(inner * panelColumns));
        if (format == NumberFormat.BFloat16)
            Kernels.Round(values, format);
        else if (format != NumberFormat.Float32)
            Kernels.RoundColumns(values, values, 1, (int)inner, (int)panelColumns, format);
    }
}
