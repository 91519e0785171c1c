using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// Probabilities P and gradients dS of the scores of a few queries against one block of keys: with D_i = dy_i · y_i,
/// dS = P ∘ (dy·vᵀ − D) / √s.
/// </summary>
internal static unsafe class AttentionScoreGradients<TRounder>
    where TRounder : unmanaged, IRounder
{
    /// <param name="shape">The call.</param>
    /// <param name="scratch">Holds the block of keys and the step of queries, and takes P and dS.</param>
    /// <param name="rows">Queries, at most a step.</param>
    /// <param name="keys">Keys of the block.</param>
    /// <param name="diagonal">The last key of the block that the first query sees; may lie beyond the block.</param>
    /// <param name="logs">logSumExp of the queries.</param>
    /// <param name="deltas">dy · y of the queries.</param>
    public static void Compute(in AttentionShape shape, in AttentionScratch scratch, nint rows, nint keys, nint diagonal, float* logs, float* deltas)
    {
        AttentionPanels.Scores(shape, scratch.QueryRows, scratch.KeyColumns, rows, keys, diagonal, scratch.Probabilities);
        AttentionPanels.Scores(shape, scratch.UpstreamRows, scratch.ValueColumns, rows, keys, diagonal, scratch.Gradients);
        for (nint row = 0; row < rows; row++)
        {
            var at = row * AttentionShape.ScoreRow;
            Finish(scratch.Probabilities + at, scratch.Gradients + at, Math.Min(keys, diagonal + row + 1), shape.Scale, logs[row], deltas[row]);
        }
    }

    // Scores become probabilities and dy·vᵀ becomes dS; beyond the diagonal both get the zeros that the tiles reaching over it will read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* scores, float* products, nint seen, float factor, float logSumExp, float delta)
    {
        var scale = Vector512.Create(factor);
        var shift = Vector512.Create(-logSumExp);
        var offset = Vector512.Create(delta);
        nint j = 0;
        for (; j < seen; j += Lanes.Count)
        {
            var p = VectorMath.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(scores + j), scale, shift));
            var ds = p * scale * (Vector512.Load(products + j) - offset);
            if (j + Lanes.Count > seen)
            {
                p &= Lanes.First(seen - j);
                ds &= Lanes.First(seen - j);
            }

            default(TRounder).Apply(p, j).Store(scores + j);
            default(TRounder).Apply(ds, j).Store(products + j);
        }

        Vector512<float>.Zero.Store(scores + j);
        Vector512<float>.Zero.Store(products + j);
    }
}
