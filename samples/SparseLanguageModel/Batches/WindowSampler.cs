using Shardwright;

namespace SparseLanguage.Batches;

/// <summary>Training batches: windows of the text at random places. The place of a window is a function of (seed, step, row) alone, so the same seed sees the same text in the same order.</summary>
public sealed class WindowSampler
{
    private readonly byte[] _text;
    private readonly int _batch, _context;
    private readonly ulong _key;

    /// <param name="text">At least <paramref name="context"/> + 1 bytes.</param>
    /// <param name="batch">Windows a batch.</param>
    /// <param name="context">Bytes a window.</param>
    /// <param name="seed">Fixes all the places.</param>
    public WindowSampler(byte[] text, int batch, int context, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(text.Length, context);
        (_text, _batch, _context, _key) = (text, batch, context, CounterRandom.Key(seed, "batches"));
    }

    /// <summary>Fills tokens and targets [batch · context]; targets are the bytes that follow. Allocates nothing.</summary>
    public void Fill(int step, Span<int> tokens, Span<int> targets)
    {
        for (var row = 0; row < _batch; row++)
            Windows.Copy(_text, Start(step, row), tokens.Slice(row * _context, _context), targets.Slice(row * _context, _context));
    }

    /// <summary>Where row <paramref name="row"/> of step <paramref name="step"/> begins; uniform over all places where a window and the byte after it fit.</summary>
    public int Start(int step, int row)
    {
        var (high, low, _, _) = CounterRandom.Philox((ulong)row, (ulong)step, _key);
        return (int)Math.BigMul((ulong)high << 32 | low, (ulong)(_text.Length - _context), out _);
    }
}
