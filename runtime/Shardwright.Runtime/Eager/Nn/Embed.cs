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
            throw new ArgumentException($"Nn.Embed: tokens {Dense.Shape(tokens)}, table {Dense.Shape(table)}: the table has {table.Rank} dimensions; need [vocabulary, width].", nameof(table));
        int vocabulary = (int)table.Lengths[0], width = Dense.Width(table);
        var indices = Dense.Read(tokens);
        var rows = Dense.Read(table);
        var y = new float[indices.Length * width];
        for (var t = 0; t < indices.Length; t++)
        {
            if ((uint)indices[t] >= (uint)vocabulary)
                throw new ArgumentException($"Nn.Embed: tokens {Dense.Shape(tokens)}, table {Dense.Shape(table)}: token {indices[t]} at flat position {t} is outside dimension 0 of the table; need 0 to {vocabulary - 1}.", nameof(tokens));
            rows.Slice(indices[t] * width, width).CopyTo(y.AsSpan(t * width));
        }

        return Dense.Wrap(y, [.. tokens.Lengths, width]);
    }
}
