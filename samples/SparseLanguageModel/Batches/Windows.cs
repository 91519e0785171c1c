namespace SparseLanguage.Batches;

/// <summary>A batch of windows: tokens and the bytes that follow them, [batch · context] each.</summary>
public sealed record WindowBatch(int[] Tokens, int[] Targets);

/// <summary>Cutting windows out of a text.</summary>
public static class Windows
{
    /// <summary>One window: tokens from <paramref name="start"/>, targets from the byte after.</summary>
    public static void Copy(ReadOnlySpan<byte> text, int start, Span<int> tokens, Span<int> targets)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = text[start + i];
            targets[i] = text[start + i + 1];
        }
    }

    /// <summary>
    /// At most <paramref name="batches"/> batches spread evenly over the text, the same for every seed. A text with room for fewer windows gives fewer batches; their windows overlap when not even one batch fits.
    /// </summary>
    public static WindowBatch[] Spread(byte[] text, int batches, int batch, int context)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(text.Length, context);
        var places = text.Length - context;
        var count = (int)Math.Clamp((long)places / context / batch, 1, batches);
        var spread = new WindowBatch[count];
        for (var b = 0; b < count; b++)
        {
            spread[b] = new WindowBatch(new int[batch * context], new int[batch * context]);
            for (var row = 0; row < batch; row++)
            {
                var start = (int)((long)(b * batch + row) * places / (count * batch));
                Copy(text, start, spread[b].Tokens.AsSpan(row * context, context), spread[b].Targets.AsSpan(row * context, context));
            }
        }
        return spread;
    }
}
