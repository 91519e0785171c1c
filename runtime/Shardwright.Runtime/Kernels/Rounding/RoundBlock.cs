using System.Runtime.CompilerServices;

namespace Shardwright.Execution;

/// <summary>Rounding of a part of a matrix while a kernel that made it still has it in its cache.</summary>
internal static unsafe class RoundBlock
{
    /// <summary>Rounds [rows, columns] in place, on the calling thread.</summary>
    /// <param name="block">The first element.</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="columns">Columns of the block.</param>
    /// <param name="stride">Elements from one row to the next in memory.</param>
    /// <param name="rounding">Its <c>First</c> is the index of the block's first element: use <see cref="Rounding.Skip"/>.</param>
    /// <param name="indexStride">Indices from one row to the next: the columns of the whole matrix.</param>
    public static void Run(float* block, nint rows, nint columns, nint stride, Rounding rounding, nint indexStride)
    {
        if (!rounding.IsNone)
            Rounders.Run(rounding, new Work(block, rows, columns, stride, indexStride));
    }

    private readonly struct Work(float* block, nint rows, nint columns, nint stride, nint indexStride) : IRoundedWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TRounder>(TRounder rounder)
            where TRounder : unmanaged, IRounder
        {
            for (nint r = 0; r < rows; r++)
            {
                var row = block + (r * stride);
                for (nint c = 0; c < columns; c += Lanes.Count)
                    Lanes.Store(rounder.Apply(Lanes.Load(row + c, columns - c), (r * indexStride) + c), row + c, columns - c);
            }
        }
    }
}
