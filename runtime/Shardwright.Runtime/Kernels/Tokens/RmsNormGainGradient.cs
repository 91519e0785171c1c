using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>dgain[c] = Σ_t x[t, c] · inverseRms[t] · dy[t, c].</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void RmsNormGainGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> inverseRms, ReadOnlySpan<float> dy, Span<float> dgain, Segments sequences, int columns)
    {
        RequireRows(nameof(RmsNormGainGradient), sequences.Rows, columns);
        Require.Length(nameof(RmsNormGainGradient), nameof(x), x.Length, (long)sequences.Rows * columns);
        Require.Length(nameof(RmsNormGainGradient), nameof(inverseRms), inverseRms.Length, sequences.Rows);
        Require.Length(nameof(RmsNormGainGradient), nameof(dy), dy.Length, (long)sequences.Rows * columns);
        Require.Length(nameof(RmsNormGainGradient), nameof(dgain), dgain.Length, columns);
        fixed (float* px = x, pinverseRms = inverseRms, pdy = dy, pdgain = dgain)
        fixed (int* boundaries = sequences)
            TokenFold<RmsNormGainTerm>.Run(new(px, pinverseRms, pdy, columns), pdgain, sequences.Table(boundaries), columns);
    }

    private readonly struct RmsNormGainTerm(float* x, float* inverseRms, float* dy, nint columns) : ITokenTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint row, nint column, nint left)
        {
            var at = (row * columns) + column;
            return Vector512.FusedMultiplyAdd(Lanes.Load(x + at, left) * Vector512.Create(inverseRms[row]), Lanes.Load(dy + at, left), sum);
        }
    }
}
