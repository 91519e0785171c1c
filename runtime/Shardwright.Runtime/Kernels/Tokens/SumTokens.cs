using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>db[c] = Σ_t dy[t, c], the gradient of a bias.</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void SumTokens(ReadOnlySpan<float> dy, Span<float> db, Segments sequences, int columns)
    {
        RequireRows(nameof(SumTokens), sequences.Rows, columns);
        Require.Length(nameof(SumTokens), nameof(dy), dy.Length, (long)sequences.Rows * columns);
        Require.Length(nameof(SumTokens), nameof(db), db.Length, columns);
        fixed (float* pdy = dy, pdb = db)
        fixed (int* boundaries = sequences)
            TokenFold<BiasTerm>.Run(new(pdy, columns), pdb, sequences.Table(boundaries), columns);
    }

    private readonly struct BiasTerm(float* dy, nint columns) : ITokenTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint row, nint column, nint left)
            => sum + Lanes.Load(dy + (row * columns) + column, left);
    }
}
