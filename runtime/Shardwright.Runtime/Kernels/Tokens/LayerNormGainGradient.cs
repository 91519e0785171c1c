using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>dgain[c] = Σ_t (x[t, c] − mean[t]) · inverseDeviation[t] · dy[t, c].</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void LayerNormGainGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverseDeviation, ReadOnlySpan<float> dy, Span<float> dgain, Segments sequences, int columns)
    {
        RequireRows(nameof(LayerNormGainGradient), sequences.Rows, columns);
        Require.Length(nameof(LayerNormGainGradient), nameof(x), x.Length, (long)sequences.Rows * columns);
        Require.Length(nameof(LayerNormGainGradient), nameof(mean), mean.Length, sequences.Rows);
        Require.Length(nameof(LayerNormGainGradient), nameof(inverseDeviation), inverseDeviation.Length, sequences.Rows);
        Require.Length(nameof(LayerNormGainGradient), nameof(dy), dy.Length, (long)sequences.Rows * columns);
        Require.Length(nameof(LayerNormGainGradient), nameof(dgain), dgain.Length, columns);
        fixed (float* px = x, pmean = mean, pinverseDeviation = inverseDeviation, pdy = dy, pdgain = dgain)
        fixed (int* boundaries = sequences)
            TokenFold<LayerNormGainTerm>.Run(new(px, pmean, pinverseDeviation, pdy, columns), pdgain, sequences.Table(boundaries), columns);
    }

    private readonly struct LayerNormGainTerm(float* x, float* mean, float* inverseDeviation, float* dy, nint columns) : ITokenTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint row, nint column, nint left)
        {
            var at = (row * columns) + column;
            var normal = (Lanes.Load(x + at, left) - Vector512.Create(mean[row])) * Vector512.Create(inverseDeviation[row]);
            return Vector512.FusedMultiplyAdd(normal, Lanes.Load(dy + at, left), sum);
        }
    }
}
