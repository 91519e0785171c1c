using Shardwright.Execution;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

/// <summary>Kernels of the router's kinds beside the usual one, against formulas in double precision.</summary>
public sealed class RouterScoreKernelTests
{
    private const int Rows = 12, Experts = 8, Kept = 3, Sequences = 3;

    public static TheoryData<RouterScore, bool> Kinds
        => new() { { RouterScore.Softmax, true }, { RouterScore.Softmax, false }, { RouterScore.Sigmoid, true }, { RouterScore.Sigmoid, false }, { RouterScore.SqrtSoftplus, true }, { RouterScore.SqrtSoftplus, false } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ScoreGates_FromFarBelowToFarAboveZero_AreTheFormula(RouterScore score, bool renormalize)
    {
        var logits = Numbers.Random(Rows * Experts, 1, -40, 40);
        var (experts, gates) = (new int[Rows * Kept], new float[Rows * Kept]);
        K.ChooseExperts(logits, experts, Rows, Experts, Kept);
        K.ScoreGates(logits, experts, gates, Rows, Experts, Kept, score, renormalize, 2.5f);
        for (var i = 0; i < gates.Length; i++)
        {
            var t = i / Kept;
            var scores = Scores(score, Numbers.Wide(logits.AsSpan(t * Experts, Experts).ToArray()));
            var sum = renormalize ? Enumerable.Range(t * Kept, Kept).Sum(c => scores[experts[c]]) : 1;
            var expected = 2.5 * scores[experts[i]] / sum;
            Assert.True(Math.Abs(gates[i] - expected) <= 1e-6 * expected, $"{score}, gate {i}: {gates[i]:R}, formula {expected:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ScoreGradient_AllTerms_AgreesWithFiniteDifferences(RouterScore score, bool renormalize)
    {
        var (logits, dgates, scale) = (Numbers.Random(Rows * Experts, 1, -2, 2), Numbers.Random(Rows * Kept, 4), 1.5f);
        var (experts, gates, d) = (new int[Rows * Kept], new float[Rows * Kept], new float[Rows * Experts]);
        K.ChooseExperts(logits, experts, Rows, Experts, Kept);
        K.ScoreGates(logits, experts, gates, Rows, Experts, Kept, score, renormalize, scale);
        var counts = new int[Experts * Sequences];
        K.CountRoutes(experts, counts, Sequences, Rows / Sequences, Kept, Experts);
        K.ScoreGradient(experts, gates, dgates, logits, counts, d, Rows, Sequences, Experts, Kept, score, renormalize, scale, 0.3f, 0.2f);
        Numbers.Near(Numbers.Differences(Loss, Numbers.Wide(logits)), d, 5e-6);

        double Loss(double[] at)
        {
            var loss = 0.0;
            for (var t = 0; t < Rows; t++)
            {
                var x = at[(t * Experts)..((t + 1) * Experts)];
                var s = Scores(score, x);
                var own = experts.AsSpan(t * Kept, Kept).ToArray();
                for (var j = 0; j < Kept; j++)
                    loss += dgates[(t * Kept) + j] * scale * s[own[j]] / (renormalize ? own.Sum(e => s[e]) : 1);
                loss += s.Select((v, e) => 0.3f * counts[(e * Sequences) + (t / (Rows / Sequences))] * v / s.Sum()).Sum() + (0.2f * Math.Pow(Math.Log(x.Sum(Math.Exp)), 2));
            }

            return loss;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ScoreKernels_RowsByThemselves_HaveTheBitsOfManyAtOnce(RouterScore score, bool renormalize)
    {
        const int All = 45;
        var (logits, upstream, bias) = (Numbers.Random(All * Experts, 3, -3, 3), Numbers.Random(All * Kept, 4), Numbers.Random(Experts, 5));
        var counts = Enumerable.Range(0, Experts).ToArray();
        (int[] Experts, float[] Gates, float[] Probabilities, float[] Gradient) Run(int first, int rows)
        {
            var own = logits.AsSpan(first * Experts, rows * Experts);
            var (experts, gates, p, d) = (new int[rows * Kept], new float[rows * Kept], new float[rows * Experts], new float[rows * Experts]);
            K.ChooseExperts(own, experts, rows, Experts, Kept, score, 4, 2, bias);
            K.ScoreGates(own, experts, gates, rows, Experts, Kept, score, renormalize);
            K.ScoreStatistics(own, default, p, new float[Experts + 1], Segments.Uniform(1, rows), Experts, score);
            K.ScoreGradient(experts, gates, upstream.AsSpan(first * Kept, rows * Kept), own, counts, d, rows, 1, Experts, Kept, score, renormalize, 1, 0.3f, 0.2f);
            return (experts, gates, p, d);
        }

        var whole = Run(0, All);
        foreach (var (first, rows) in new[] { (0, 1), (44, 1), (3, 17), (16, 16), (7, 38) })
        {
            var part = Run(first, rows);
            Assert.Equal(whole.Experts[(first * Kept)..((first + rows) * Kept)], part.Experts);
            Numbers.SameBits(whole.Gates.AsSpan(first * Kept, rows * Kept), part.Gates);
            Numbers.SameBits(whole.Probabilities.AsSpan(first * Experts, rows * Experts), part.Probabilities);
            Numbers.SameBits(whole.Gradient.AsSpan(first * Experts, rows * Experts), part.Gradient);
        }
    }

    [Theory]
    [InlineData(RouterScore.Softmax, 4, 2, false)]
    [InlineData(RouterScore.Sigmoid, 4, 2, false)]
    [InlineData(RouterScore.Sigmoid, 4, 2, true)]
    [InlineData(RouterScore.Softmax, 1, 1, true)]
    [InlineData(RouterScore.SqrtSoftplus, 8, 3, true)]
    public void ChooseExperts_GroupsAndBias_IsAStableSortOfTheBestGroups(RouterScore score, int groups, int kept, bool biased)
    {
        // Few different values, so that experts and groups tie.
        var logits = Array.ConvertAll(Numbers.Random(200 * Experts, 1, -6, 6), value => MathF.Round(value) / 2);
        var bias = biased ? Array.ConvertAll(Numbers.Random(Experts, 2, -4, 4), v => MathF.Round(v) / 8) : [];
        var experts = new int[200 * 3];
        K.ChooseExperts(logits, experts, 200, Experts, 3, score, groups, kept, bias);
        for (var t = 0; t < 200; t++)
        {
            var row = logits.AsSpan(t * Experts, Experts).ToArray();
            var keys = Scores(score, Numbers.Wide(row)).Select((s, e) => (float)s + (biased ? bias[e] : 0)).ToArray();
            var open = Enumerable.Range(0, Experts).Chunk(Experts / groups)
                .OrderByDescending(g => g.Select(e => keys[e]).OrderDescending().Take(score == RouterScore.Softmax ? 1 : 2).Sum()).Take(kept).SelectMany(g => g).Order();
            // Sums of floats in another order may tie apart: compare by value where that is so.
            var expected = open.OrderByDescending(e => keys[e]).Take(3).ToArray();
            var actual = experts[(t * 3)..((t + 1) * 3)];
            if (!expected.SequenceEqual(actual))
                Assert.Equal(expected.Sum(e => keys[e]), actual.Sum(e => keys[e]), 1e-5);
        }
    }

    private static double[] Scores(RouterScore score, double[] x) => score switch
    {
        RouterScore.Softmax => [.. x.Select(v => Math.Exp(v - x.Max()) / x.Sum(w => Math.Exp(w - x.Max())))],
        RouterScore.Sigmoid => [.. x.Select(v => 1 / (1 + Math.Exp(-v)))],
        _ => [.. x.Select(v => Math.Sqrt(v < -20 ? Math.Exp(v) : Math.Log(1 + Math.Exp(v))))],
    };
}
