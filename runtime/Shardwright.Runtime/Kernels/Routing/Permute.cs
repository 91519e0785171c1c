using System.Runtime.CompilerServices;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>sent[slots[t, i], ·] = x[t, ·]: every copy of a token goes to its row of the send buffer [rows · k, columns].</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a slot lies outside the buffer.</exception>
    public static void Permute(ReadOnlySpan<float> x, ReadOnlySpan<int> slots, Span<float> sent, int rows, int k, int columns)
    {
        RequireSlots(nameof(Permute), slots, rows, k, columns);
        Require.Length(nameof(Permute), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(Permute), nameof(sent), sent.Length, (long)rows * k * columns);
        fixed (float* px = x, psent = sent)
        fixed (int* pslots = slots)
            Ranges.For(new PermuteRows(px, pslots, psent, k, columns), rows, (nint)k * columns);
    }

    /// <summary>dx[t, ·] = (or +=) Σ_i dsent[slots[t, i], ·] by ascending i.</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a slot lies outside the buffer.</exception>
    public static void PermuteGradient(ReadOnlySpan<float> dsent, ReadOnlySpan<int> slots, Span<float> dx, int rows, int k, int columns, bool accumulate = false)
    {
        RequireSlots(nameof(PermuteGradient), slots, rows, k, columns);
        Require.Length(nameof(PermuteGradient), nameof(dsent), dsent.Length, (long)rows * k * columns);
        Require.Length(nameof(PermuteGradient), nameof(dx), dx.Length, (long)rows * columns);
        fixed (float* pdsent = dsent, pdx = dx)
        fixed (int* pslots = slots)
            Ranges.For(new PermuteGradientRows(pdsent, pslots, pdx, k, columns, accumulate), rows, (nint)k * columns);
    }

    private static void RequireSlots(string kernel, ReadOnlySpan<int> slots, int rows, int k, int columns)
    {
        Require.NotNegative(kernel, nameof(rows), rows);
        Require.Positive(kernel, nameof(k), k);
        Require.Positive(kernel, nameof(columns), columns);
        Require.Length(kernel, nameof(slots), slots.Length, (long)rows * k);
        for (var i = 0; i < slots.Length; i++)
        {
            if ((uint)slots[i] >= (uint)slots.Length)
                throw new ArgumentException($"Kernels.{kernel}: slots[{i}] is {slots[i]}; need 0 to {slots.Length - 1}.", nameof(slots));
        }
    }

    private readonly struct PermuteRows(float* x, int* slots, float* sent, nint k, nint columns) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var copy = begin * k; copy < end * k; copy++)
                new ReadOnlySpan<float>(x + (copy / k * columns), (int)columns).CopyTo(new Span<float>(sent + (slots[copy] * columns), (int)columns));
        }
    }

    private readonly struct PermuteGradientRows(float* dsent, int* slots, float* dx, nint k, nint columns, bool accumulate) : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    var left = columns - c;
                    var sum = Lanes.Load(dsent + (slots[row * k] * columns) + c, left);
                    for (nint i = 1; i < k; i++)
                        sum += Lanes.Load(dsent + (slots[(row * k) + i] * columns) + c, left);
                    Lanes.Store(sum, dx + (row * columns) + c, left, accumulate);
                }
            }
        }
    }
}
