namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y[t, ·] = table[tokens[t], ·]; table is [vocabulary, columns].</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a token lies outside the vocabulary.</exception>
    public static void Embed(ReadOnlySpan<int> tokens, ReadOnlySpan<float> table, Span<float> y, int columns)
    {
        Require.Positive(nameof(Embed), nameof(columns), columns);
        Require.Length(nameof(Embed), nameof(y), y.Length, (long)tokens.Length * columns);
        var vocabulary = table.Length / columns;
        Require.Length(nameof(Embed), nameof(table), table.Length, (long)vocabulary * columns);
        RequireTokens(nameof(Embed), tokens, vocabulary);
        fixed (int* ptokens = tokens)
        fixed (float* ptable = table, py = y)
            Ranges.For(new EmbedRows(ptokens, ptable, py, columns), tokens.Length, columns);
    }

    private static void RequireTokens(string kernel, ReadOnlySpan<int> tokens, int vocabulary)
    {
        for (var t = 0; t < tokens.Length; t++)
        {
            if ((uint)tokens[t] >= (uint)vocabulary)
            {
                throw new ArgumentException(
                    $"Kernels.{kernel}: tokens[{t}] is {tokens[t]}; need 0 to {vocabulary - 1}, a row of the table of {vocabulary} tokens. Check the tokenizer against the model's vocabulary. (A rank counts from the start of its own share of the batch.)",
                    nameof(tokens));
            }
        }
    }

    private readonly struct EmbedRows(int* tokens, float* table, float* y, nint columns) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
                Row.Copy(table + (tokens[row] * columns), y + (row * columns), columns);
        }
    }
}
