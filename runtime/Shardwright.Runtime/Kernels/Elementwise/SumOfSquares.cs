using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// Σ x², accumulated in double precision over fixed blocks of 16,384 elements whose sums are added in order: the same bits for any number
    /// of threads.
    /// </summary>
    public static float SumOfSquares(ReadOnlySpan<float> x)
    {
        fixed (float* px = x)
        {
            var blocks = (x.Length + (nint)SquareBlocks.Block - 1) / SquareBlocks.Block;
            var partials = (double*)Scratch.Shared(2 * blocks);
            Ranges.Split(new SquareBlocks(px, x.Length, partials), blocks, 1);
            var sum = 0.0;
            for (nint i = 0; i < blocks; i++)
                sum += partials[i];
            return (float)sum;
        }
    }

    private readonly struct SquareBlocks(float* x, nint length, double* partials) : IRangeWork
    {
        public const int Block = 16384;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var block = begin; block < end; block++)
            {
                var low = Vector512<double>.Zero;
                var high = Vector512<double>.Zero;
                var stop = Math.Min(length, (block + 1) * Block);
                for (var i = block * Block; i < stop; i += Lanes.Count)
                {
                    var lanes = Lanes.Load(x + i, stop - i);
                    var (first, second) = Vector512.Widen(lanes);
                    low = Vector512.FusedMultiplyAdd(first, first, low);
                    high = Vector512.FusedMultiplyAdd(second, second, high);
                }

                var eight = low + high;
                var four = eight.GetLower() + eight.GetUpper();
                partials[block] = (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
            }
        }
    }
}
