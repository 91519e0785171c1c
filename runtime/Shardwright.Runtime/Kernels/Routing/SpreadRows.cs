using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>received[j, ·] = arrived[place of j, ·], times the gate of j where there are gates: a token that travelled once becomes the rows of its experts.</summary>
    /// <param name="arrived">[at least the largest place + 1, columns].</param>
    /// <param name="places">[rows, 1], or [rows, 2] with gates: an int32 in a float's place, then the gate.</param>
    /// <param name="received">[rows, columns].</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="gated">Whether there are gates.</param>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a place lies outside the buffer.</exception>
    public static void SpreadRows(ReadOnlySpan<float> arrived, ReadOnlySpan<float> places, Span<float> received, int columns, bool gated = false)
    {
        Require.Positive(nameof(SpreadRows), nameof(columns), columns);
        int stride = gated ? 2 : 1, rows = places.Length / stride;
        Require.Length(nameof(SpreadRows), nameof(received), received.Length, (long)rows * columns);
        var from = MemoryMarshal.Cast<float, int>(places);
        for (var row = 0; row < rows; row++)
        {
            if ((uint)from[row * stride] >= (uint)(arrived.Length / columns))
                throw new ArgumentException($"Kernels.{nameof(SpreadRows)}: places[{row}] is {from[row * stride]}; need 0 to {(arrived.Length / columns) - 1}.", nameof(places));
        }

        fixed (float* parrived = arrived, preceived = received, pplaces = places)
            Ranges.For(new SpreadRowsWork(parrived, pplaces, preceived, columns, gated), rows, columns);
    }

    private readonly struct SpreadRowsWork(float* arrived, float* places, float* received, nint columns, bool gated) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var at = places + (row * (gated ? 2 : 1));
                var from = arrived + (*(int*)at * columns);
                var to = received + (row * columns);
                if (gated)
                {
                    var gate = Vector512.Create(at[1]);
                    for (nint c = 0; c < columns; c += Lanes.Count)
                        Lanes.Store(gate * Lanes.Load(from + c, columns - c), to + c, columns - c);
                }
                else
                    new ReadOnlySpan<float>(from, (int)columns).CopyTo(new Span<float>(to, (int)columns));
            }
        }
    }
}
