using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>One token's term of a sum over tokens.</summary>
internal unsafe interface ITokenTerm
{
    /// <summary>sum + the term of row <paramref name="row"/> at 16 columns, of which <paramref name="left"/> exist.</summary>
    Vector512<float> AddTo(Vector512<float> sum, nint row, nint column, nint left);
}

/// <summary>target[c] = Σ over tokens of a term: a left fold inside each sequence, then the halving tree. A work item is 64 columns.</summary>
internal readonly unsafe struct TokenFold<TTerm>(TTerm term, float* target, SegmentTable sequences, nint columns) : IRangeWork
    where TTerm : unmanaged, ITokenTerm
{
    private const int Width = 64;

    public static void Run(TTerm term, float* target, SegmentTable sequences, nint columns)
        => Ranges.Split(new TokenFold<TTerm>(term, target, sequences, columns), (columns + Width - 1) / Width, 1);

    public void Run(nint begin, nint end)
    {
        for (var block = begin; block < end; block++)
            Sum(block * Width, Math.Min(Width, columns - (block * Width)));
    }

    private void Sum(nint column, nint width)
    {
        if (sequences.Count == 0)
        {
            new Span<float>(target + column, (int)width).Clear();
            return;
        }

        var levels = Scratch.Floats(SequenceTree.Levels(sequences.Count) * Width);
        var tree = new SequenceTree(levels, Width, sequences.Count);
        for (var sequence = 0; sequence < sequences.Count; sequence++)
        {
            Fold(sequences.Start(sequence), sequences.End(sequence), column, width, tree.Leaf);
            tree.Push();
        }

        Row.AddZero(tree.Root, Width);
        new Span<float>(tree.Root, (int)width).CopyTo(new Span<float>(target + column, (int)width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fold(nint first, nint last, nint column, nint width, float* leaf)
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var row = first; row < last; row++)
        {
            a = term.AddTo(a, row, column, width);
            if (width > 16)
                b = term.AddTo(b, row, column + 16, width - 16);
            if (width > 32)
                c = term.AddTo(c, row, column + 32, width - 32);
            if (width > 48)
                d = term.AddTo(d, row, column + 48, width - 48);
        }

        a.Store(leaf);
        b.Store(leaf + 16);
        c.Store(leaf + 32);
        d.Store(leaf + 48);
    }
}
