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
            var blocks = (x.Length + (nint)SquareBlock.Size - 1) / SquareBlock.Size;
            var partials = (SquareBlock*)Scratch.Shared(blocks * (sizeof(SquareBlock) / sizeof(float)));
            for (nint i = 0; i < blocks; i++)
                partials[i] = new() { Start = px + (i * SquareBlock.Size), Length = (int)Math.Min(SquareBlock.Size, x.Length - (i * SquareBlock.Size)) };
            Ranges.Split(new SquareBlocks(partials), blocks, 1);
            var sum = 0.0;
            for (nint i = 0; i < blocks; i++)
                sum += partials[i].Sum;
            return (float)sum;
        }
    }

    /// <summary>Fills in the sums of blocks that may belong to many arrays, so that many small arrays still keep all threads busy.</summary>
    internal static void SumSquares(Span<SquareBlock> blocks)
    {
        fixed (SquareBlock* pinned = blocks)
            Ranges.Split(new SquareBlocks(pinned), blocks.Length, 1);
    }

    private readonly struct SquareBlocks(SquareBlock* blocks) : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var block = begin; block < end; block++)
            {
                var low = Vector512<double>.Zero;
                var high = Vector512<double>.Zero;
                var x = blocks[block].Start;
                nint length = blocks[block].Length;
                for (nint i = 0; i < length; i += Lanes.Count)
                {
                    var (first, second) = Vector512.Widen(Lanes.Load(x + i, length - i));
                    low = Vector512.FusedMultiplyAdd(first, first, low);
                    high = Vector512.FusedMultiplyAdd(second, second, high);
                }

                var eight = low + high;
                var four = eight.GetLower() + eight.GetUpper();
                blocks[block].Sum = (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
            }
        }
    }
}

/// <summary>Up to <see cref="Size"/> elements and the sum of their squares.</summary>
internal unsafe struct SquareBlock
{
    public const int Size = 16384;

    public float* Start;
    public int Length;
    public double Sum;
}
