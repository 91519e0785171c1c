namespace Shardwright;

/// <summary>The scores of one token, in double: the reference that the kernels' single precision is held to.</summary>
internal static class RouterScores
{
    /// <summary>Added to a sum of scores that something is divided by, as DeepSeek-V3 and Megatron do: sigmoids of very negative logits are all 0.</summary>
    public const double Smallest = 1e-20;

    /// <summary>scores = <paramref name="score"/> of every logit.</summary>
    public static double[] Of(RouterScore score, ReadOnlySpan<float> logits)
    {
        var scores = new double[logits.Length];
        var logSumExp = score == RouterScore.Softmax ? Rows.LogSumExp(logits) : 0;
        for (var e = 0; e < logits.Length; e++)
        {
            double x = logits[e];
            scores[e] = score switch
            {
                RouterScore.Sigmoid => 1 / (1 + Math.Exp(-x)),
                RouterScore.SqrtSoftplus => Math.Sqrt(Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)))),
                _ => Math.Exp(x - logSumExp),
            };
        }

        return scores;
    }

    /// <summary>What the balance loss takes for a token's probabilities: the scores divided by their sum (DeepSeek-V3, arXiv:2412.19437, equation 19).</summary>
    public static double[] Probabilities(RouterScore score, ReadOnlySpan<float> logits)
    {
        var scores = Of(score, logits);
        var sum = score == RouterScore.Softmax ? 1 : scores.Sum() + Smallest;
        return Array.ConvertAll(scores, s => s / sum);
    }

    // Kahan's form of log(1 + x), accurate where x is far below 1.
    private static double LogOnePlus(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * x / (sum - 1);
    }
}
