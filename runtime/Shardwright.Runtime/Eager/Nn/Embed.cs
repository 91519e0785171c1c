using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>Looks up rows of a table: y[…, c] = table[tokens[…], c].</summary>
    /// <param name="tokens">[…], each 0 to vocabulary − 1.</param>
    /// <param name="table">[vocabulary, width]</param>
    /// <returns>[…, width]</returns>
    /// <exception cref="ArgumentException">The table is not a matrix, or a token is out of range.</exception>
    public static Tensor<float> Embed(Tensor<int> tokens, Tensor<float> table)
    {
        if (table.Rank != 2)
            throw new ArgumentException(
                $"Nn.Embed: tokens {Dense.Shape(tokens)}, table {Dense.Shape(table)}: the table has {table.Rank} dimension(s); need [vocabulary, width].", nameof(table));
        ShapeCheck.InRange("Nn.Embed", nameof(tokens), tokens, (int)table.Lengths[0], $"a row of dimension 0 of table {Dense.Shape(table)}");
        var width = Dense.Width(table);
        var indices = Dense.Read(tokens);
        var rows = Stored.Read(table);
        var y = new float[indices.Length * width];
        for (var t = 0; t < indices.Length; t++)
            rows.Slice(indices[t] * width, width).CopyTo(y.AsSpan(t * width));

        return Stored.Wrap(y, [.. tokens.Lengths, width]);
    }
}
