using System.Runtime.CompilerServices;

namespace Shardwright.Execution;

/// <summary>Rounded copies of a product's operands, in scratch that the kernel shares with its work items.</summary>
internal static unsafe class Operands
{
    /// <summary>x[rows, columns] itself in float32, else a copy rounded row by row.</summary>
    public static float* Round(float* x, int rows, int columns, NumberFormat format)
    {
        if (format == NumberFormat.Float32 || columns == 0)
            return x;
        var copy = Scratch.Shared((nint)rows * columns);
        Copy(x, copy, rows, columns, format);
        return copy;
    }

    /// <summary>The same for x[rows, inner] and dy[rows, columns].</summary>
    public static void Round(ref float* x, ref float* dy, int rows, int inner, int columns, NumberFormat format)
    {
        if (format == NumberFormat.Float32 || rows == 0 || inner == 0 || columns == 0)
            return;
        var copy = Scratch.Shared((nint)rows * (inner + (nint)columns));
        Copy(x, copy, rows, inner, format);
        x = copy;
        copy += (nint)rows * inner;
        Copy(dy, copy, rows, columns, format);
        dy = copy;
    }

    private static void Copy(float* source, float* target, int rows, int columns, NumberFormat format)
    {
        if (format == NumberFormat.BFloat16)
            Ranges.For(new BFloat16Copy(source, target), (nint)rows * columns, 1);
        else
            Kernels.RoundRows(new ReadOnlySpan<float>(source, rows * columns), new Span<float>(target, rows * columns), rows, columns, format);
    }

    private readonly struct BFloat16Copy(float* source, float* target) : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var i = begin; i < end; i += Lanes.Count)
                Lanes.Store(RoundingMath.NearestBFloat16(Lanes.Load(source + i, end - i)), target + i, end - i);
        }
    }
}
