using System.Numerics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// dtable[v, ·] = Σ of dy[t, ·] over the tokens t equal to v: folded inside each sequence, sequences added by the halving tree, of which only
    /// the branches where v occurs are walked. Rows of absent tokens become +0.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a token lies outside the vocabulary.</exception>
    public static void EmbedGradient(ReadOnlySpan<int> tokens, ReadOnlySpan<float> dy, Span<float> dtable, Segments sequences, int vocabulary, int columns)
    {
        Require.Positive(nameof(EmbedGradient), nameof(columns), columns);
        Require.NotNegative(nameof(EmbedGradient), nameof(vocabulary), vocabulary);
        Require.Length(nameof(EmbedGradient), nameof(tokens), tokens.Length, sequences.Rows);
        Require.Length(nameof(EmbedGradient), nameof(dy), dy.Length, (long)tokens.Length * columns);
        Require.Length(nameof(EmbedGradient), nameof(dtable), dtable.Length, (long)vocabulary * columns);
        RequireTokens(nameof(EmbedGradient), tokens, vocabulary);
        fixed (float* pdy = dy, pdtable = dtable)
        {
            var occurrences = TokenOccurrences.Sort(tokens, sequences, vocabulary);
            Ranges.For(new EmbedGradientRows(pdy, pdtable, occurrences, sequences.Count, columns), vocabulary, columns);
        }
    }

    private readonly struct EmbedGradientRows(float* dy, float* dtable, TokenOccurrences occurrences, int sequences, nint columns) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            var partials = Scratch.Floats((2 + BitOperations.Log2((uint)Math.Max(1, sequences))) * columns);
            for (var token = begin; token < end; token++)
            {
                var target = dtable + (token * columns);
                var (first, last) = (occurrences.Start(token), occurrences.Start(token + 1));
                if (first == last)
                    new Span<float>(target, (int)columns).Clear();
                else
                    Tree(0, sequences, first, last, target, partials);
                Row.AddZero(target, columns);
            }
        }

        // The tree over the sequences [low, high), in which the token occurs at least once. A half without it is the identity and is skipped.
        private void Tree(int low, int high, int first, int last, float* target, float* partials)
        {
            var count = high - low;
            if (count % 2 == 1)
            {
                FoldSequences(first, last, target, partials);
                return;
            }

            var middle = low + (count / 2);
            var split = first;
            while (split < last && occurrences.Sequence(split) < middle)
                split++;
            if (split == first)
            {
                Tree(middle, high, first, last, target, partials);
                return;
            }

            Tree(low, middle, first, split, target, partials);
            if (split == last)
                return;
            if (split + 1 == last)
            {
                Row.Add(target, dy + (occurrences.Row(split) * columns), columns);
                return;
            }

            Tree(middle, high, split, last, partials, partials + columns);
            Row.Add(target, partials, columns);
        }

        private void FoldSequences(int first, int last, float* target, float* leaf)
        {
            var sum = target;
            while (first < last)
            {
                var sequence = occurrences.Sequence(first);
                var row = dy + (occurrences.Row(first) * columns);
                first++;
                var alone = first == last || occurrences.Sequence(first) != sequence;
                if (alone && sum == leaf)
                {
                    Row.Add(target, row, columns);
                    continue;
                }

                Row.Copy(row, sum, columns);
                for (; first < last && occurrences.Sequence(first) == sequence; first++)
                    Row.Add(sum, dy + (occurrences.Row(first) * columns), columns);
                if (sum == leaf)
                    Row.Add(target, leaf, columns);
                sum = leaf;
            }
        }
    }
}
