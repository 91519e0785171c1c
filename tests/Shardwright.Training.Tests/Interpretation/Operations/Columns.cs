namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>Numbers that move without changing.</summary>
internal static class Columns
{
    public static DoubleTensor Embed(DoubleTensor tokens, DoubleTensor table)
    {
        var y = new DoubleTensor(tokens.Shape.Append(table.Last));
        for (var t = 0; t < tokens.Data.Length; t++)
            table.Row((int)tokens.Data[t]).CopyTo(y.Row(t));
        return y;
    }

    public static DoubleTensor EmbedGradient(DoubleTensor tokens, DoubleTensor dy, int vocabulary)
    {
        var table = new DoubleTensor([vocabulary, dy.Last]);
        for (var t = 0; t < tokens.Data.Length; t++)
            for (var c = 0; c < dy.Last; c++)
                table.Row((int)tokens.Data[t])[c] += dy.Row(t)[c];
        return table;
    }

    public static DoubleTensor Transpose(DoubleTensor x)
    {
        int rows = x.Shape[^2], columns = x.Shape[^1];
        var y = new DoubleTensor(x.Shape.SkipLast(2).Concat([columns, rows]));
        for (var i = 0; i < x.Data.Length; i++)
        {
            int matrix = i / (rows * columns), row = i / columns % rows, column = i % columns;
            y.Data[(matrix * rows * columns) + (column * rows) + row] = x.Data[i];
        }
        return y;
    }

    public static DoubleTensor Take(DoubleTensor x, int offset, int count)
    {
        var y = x.WithLast(count);
        for (var r = 0; r < x.Rows; r++)
            x.Row(r).Slice(offset, count).CopyTo(y.Row(r));
        return y;
    }

    public static DoubleTensor Place(DoubleTensor x, int offset, int width)
    {
        var y = x.WithLast(width);
        for (var r = 0; r < x.Rows; r++)
            x.Row(r).CopyTo(y.Row(r)[offset..]);
        return y;
    }

    public static DoubleTensor Concat(DoubleTensor a, DoubleTensor b) => Place(a, 0, a.Last + b.Last).Zip(Place(b, a.Last, a.Last + b.Last), (p, q) => p + q);
}
