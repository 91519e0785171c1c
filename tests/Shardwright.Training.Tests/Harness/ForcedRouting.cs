namespace Shardwright.Training.Tests.Harness;

/// <summary>Sends the k-th copy of a token, numbered over the micro-batch, to a given expert. The gates still come from the logits.</summary>
/// <param name="choose">(token, k, experts) → expert; distinct for the k of one token.</param>
public sealed class ForcedRouting(Func<int, int, int, int> choose) : RoutingSource
{
    /// <summary>Experts 0 … k − 1 get everything, the last of them first.</summary>
    public static ForcedRouting FirstExperts(int topK) => new((_, k, _) => topK - 1 - k);

    /// <summary>Everything but the <paramref name="count"/> experts from <paramref name="first"/> on, in turn.</summary>
    public static ForcedRouting AllBut(int first, int count) => new((token, k, experts) =>
    {
        int expert = (token * 11 + k) % (experts - count);     // 11 has no factor in common with 4, 6, 7, 12, 14 or 15: all of them get some
        return expert < first ? expert : expert + count;
    });

    public override void Select(RoutingSite where, ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k)
    {
        for (int row = 0; row < rows; row++)
            for (int j = 0; j < k; j++)
                experts[row * k + j] = choose(where.FirstToken + row, j, expertCount);
    }
}
