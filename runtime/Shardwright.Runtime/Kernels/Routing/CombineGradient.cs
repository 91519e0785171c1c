using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>dreturned[slots[t, i], ·] = gates[t, i] · dy[t, ·] and dgates[t, i] = Σ_c dy[t, c] · returned[slots[t, i], c].</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a slot lies outside the buffer.</exception>
    public static void CombineGradient(
        ReadOnlySpan<float> dy,
        ReadOnlySpan<float> returned,
        ReadOnlySpan<int> slots,
        ReadOnlySpan<float> gates,
        Span<float> dreturned,
        Span<float> dgates,
        int rows,
        int k,
        int columns)
    {
        RequireSlots(nameof(CombineGradient), slots, rows, k, columns);
        Require.Length(nameof(CombineGradient), nameof(dy), dy.Length, (long)rows * columns);
        Require.Length(nameof(CombineGradient), nameof(returned), returned.Length, (long)rows * k * columns);
        Require.Length(nameof(CombineGradient), nameof(gates), gates.Length, (long)rows * k);
        Require.Length(nameof(CombineGradient), nameof(dreturned), dreturned.Length, (long)rows * k * columns);
        Require.Length(nameof(CombineGradient), nameof(dgates), dgates.Length, (long)rows * k);
        fixed (float* pdy = dy, preturned = returned, pgates = gates, pdreturned = dreturned, pdgates = dgates)
        fixed (int* pslots = slots)
            Ranges.For(new CombineGradientRows(pdy, preturned, pslots, pgates, pdreturned, pdgates, k, columns), rows, (nint)k * columns);
    }

    /// <summary>dgates[t, i] = Σ_c dy[t, c] · returned[slots[t, i], c]: of <see cref="CombineGradient"/> the part that stays with the token, where its gradient travels once to each rank.</summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a slot lies outside the buffer.</exception>
    public static void GateGradient(ReadOnlySpan<float> dy, ReadOnlySpan<float> returned, ReadOnlySpan<int> slots, Span<float> dgates, int rows, int k, int columns)
    {
        RequireSlots(nameof(GateGradient), slots, rows, k, columns);
        Require.Length(nameof(GateGradient), nameof(dy), dy.Length, (long)rows * columns);
        Require.Length(nameof(GateGradient), nameof(returned), returned.Length, (long)rows * k * columns);
        Require.Length(nameof(GateGradient), nameof(dgates), dgates.Length, (long)rows * k);
        fixed (float* pdy = dy, preturned = returned, pdgates = dgates)
        fixed (int* pslots = slots)
            Ranges.For(new GateGradientRows(pdy, preturned, pslots, pdgates, k, columns), rows, (nint)k * columns);
    }

    private readonly struct GateGradientRows(float* dy, float* returned, int* slots, float* dgates, nint k, nint columns) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var copy = begin * k; copy < end * k; copy++)
                dgates[copy] = Row.Dot(dy + (copy / k * columns), returned + (slots[copy] * columns), columns);
        }
    }

    private readonly struct CombineGradientRows(
        float* dy,
        float* returned,
        int* slots,
        float* gates,
        float* dreturned,
        float* dgates,
        nint k,
        nint columns) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var copy = begin * k; copy < end * k; copy++)
            {
                var at = slots[copy] * columns;
                dgates[copy] = RowFold<CopyTerm>.Run(new(dy + (copy / k * columns), returned + at, dreturned + at, gates[copy]), columns);
            }
        }
    }

    // dy · returned, and gate · dy on the way.
    private readonly struct CopyTerm(float* dy, float* returned, float* dreturned, float gate) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint column, nint left)
        {
            var upstream = Lanes.Load(dy + column, left);
            sum = Vector512.FusedMultiplyAdd(upstream, Lanes.Load(returned + column, left), sum);
            Lanes.Store(Vector512.Create(gate) * upstream, dreturned + column, left);
            return sum;
        }
    }
}
