using System.Runtime.InteropServices;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>sent[number of a copy, ·] = x[t, ·] for every copy whose number is no complement: each token once in every row that it travels in.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="slots">Row of each copy in send order, [rows, k].</param>
    /// <param name="numbers">By copy in send order, [rows · k, stride], the first of each the int32 that <see cref="ExpertExchange.Number"/> wrote.</param>
    /// <param name="sent">[at least the largest number + 1, columns].</param>
    /// <param name="rows">Tokens.</param>
    /// <param name="k">Copies of a token.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a slot or number lies outside the buffer.</exception>
    public static void PermuteOnce(ReadOnlySpan<float> x, ReadOnlySpan<int> slots, ReadOnlySpan<float> numbers, Span<float> sent, int rows, int k, int columns)
    {
        RequireSlots(nameof(PermuteOnce), slots, rows, k, columns);
        Require.Length(nameof(PermuteOnce), nameof(x), x.Length, (long)rows * columns);
        int stride = numbers.Length == slots.Length ? 1 : 2;
        Require.Length(nameof(PermuteOnce), nameof(numbers), numbers.Length, (long)stride * slots.Length);
        var written = MemoryMarshal.Cast<float, int>(numbers);
        for (var copy = 0; copy < slots.Length; copy++)
        {
            if (written[copy * stride] >= sent.Length / columns)
                throw new ArgumentException($"Kernels.{nameof(PermuteOnce)}: numbers[{copy}] is {written[copy * stride]}; need less than {sent.Length / columns}, the rows of sent.", nameof(numbers));
        }

        fixed (float* px = x, psent = sent)
        fixed (int* pslots = slots, pnumbers = written)
            Ranges.For(new PermuteOnceRows(px, pslots, pnumbers, psent, k, columns, stride), rows, (nint)k * columns);
    }

    private readonly struct PermuteOnceRows(float* x, int* slots, int* numbers, float* sent, nint k, nint columns, nint stride) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var copy = begin * k; copy < end * k; copy++)
            {
                nint row = numbers[slots[copy] * stride];
                if (row >= 0)
                    new ReadOnlySpan<float>(x + (copy / k * columns), (int)columns).CopyTo(new Span<float>(sent + (row * columns), (int)columns));
            }
        }
    }
}
