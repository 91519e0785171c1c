using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        private const int Width = 8 * Lanes.Count;

        public void Run(nint begin, nint end)
        {
            // A token's halving tree has a partial sum for each of its levels, besides those of a sequence and of a block of sequences.
            var levels = 3 + BitOperations.Log2((uint)Math.Max(1, sequences));
            var partials = Scratch.Floats((levels * Width) + occurrences.Most);
            var joins = (int*)(partials + (levels * Width));
            for (var token = begin; token < end; token++)
            {
                var target = dtable + (token * columns);
                var (first, last) = (occurrences.Start(token), occurrences.Start(token + 1));
                if (first == last)
                {
                    new Span<float>(target, (int)columns).Clear();
                    continue;
                }

                occurrences.Joins(first, last, sequences, joins);
                nint c = 0;
                for (; c <= columns - Width; c += Width)
                    Wide(occurrences.Rows(first), joins, last - first, c, target + c, partials);
                for (; c < columns; c += Lanes.Count)
                    Narrow(occurrences.Rows(first), joins, last - first, c, columns - c, target + c, partials);
            }
        }

        // The running sum stays in registers; it goes to the stack of partial sums when the next row does not join it.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Wide(int* rows, int* joins, int count, nint column, float* target, float* partials)
        {
            var from = dy + column;
            var row = from + (*rows * columns);
            var (a, b, c, d) = (Vector512.Load(row), Vector512.Load(row + 16), Vector512.Load(row + 32), Vector512.Load(row + 48));
            var (e, f, g, h) = (Vector512.Load(row + 64), Vector512.Load(row + 80), Vector512.Load(row + 96), Vector512.Load(row + 112));
            for (var i = 1; i < count; i++)
            {
                row = from + (rows[i] * columns);
                var left = joins[i];
                if (left == 0)
                {
                    a.Store(partials);
                    b.Store(partials + 16);
                    c.Store(partials + 32);
                    d.Store(partials + 48);
                    e.Store(partials + 64);
                    f.Store(partials + 80);
                    g.Store(partials + 96);
                    h.Store(partials + 112);
                    partials += Width;
                    (a, b, c, d) = (Vector512.Load(row), Vector512.Load(row + 16), Vector512.Load(row + 32), Vector512.Load(row + 48));
                    (e, f, g, h) = (Vector512.Load(row + 64), Vector512.Load(row + 80), Vector512.Load(row + 96), Vector512.Load(row + 112));
                    continue;
                }

                while (true)
                {
                    a += Vector512.Load(row);
                    b += Vector512.Load(row + 16);
                    c += Vector512.Load(row + 32);
                    d += Vector512.Load(row + 48);
                    e += Vector512.Load(row + 64);
                    f += Vector512.Load(row + 80);
                    g += Vector512.Load(row + 96);
                    h += Vector512.Load(row + 112);
                    if (--left == 0)
                        break;
                    partials -= Width;
                    row = partials;
                }
            }

            // + 0 turns −0 into +0.
            var zero = Vector512<float>.Zero;
            (a + zero).Store(target);
            (b + zero).Store(target + 16);
            (c + zero).Store(target + 32);
            (d + zero).Store(target + 48);
            (e + zero).Store(target + 64);
            (f + zero).Store(target + 80);
            (g + zero).Store(target + 96);
            (h + zero).Store(target + 112);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Narrow(int* rows, int* joins, int count, nint column, nint width, float* target, float* partials)
        {
            var sum = Lanes.Load(dy + (*rows * columns) + column, width);
            for (var i = 1; i < count; i++)
            {
                var row = Lanes.Load(dy + (rows[i] * columns) + column, width);
                if (joins[i] == 0)
                {
                    sum.Store(partials);
                    partials += Lanes.Count;
                    sum = row;
                    continue;
                }

                sum += row;
                for (var left = joins[i]; left > 1; left--)
                    sum = Vector512.Load(partials -= Lanes.Count) + sum;
            }

            Lanes.Store(sum + Vector512<float>.Zero, target, width);
        }
    }
}
