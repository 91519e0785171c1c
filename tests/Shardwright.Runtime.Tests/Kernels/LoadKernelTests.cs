using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

/// <summary>Kernels that even out or cap the experts' load, against plain formulas; a sequence by itself has the bits that it has among others.</summary>
public sealed class LoadKernelTests
{
    private const int Sequences = 3, Each = 37, Experts = 11, Kept = 4, Rows = Sequences * Each;

    [Theory]
    [InlineData(1, DropOrder.Position)]
    [InlineData(9, DropOrder.Position)]
    [InlineData(1, DropOrder.Probability)]
    [InlineData(9, DropOrder.Probability)]
    [InlineData(37, DropOrder.Probability)]
    public void CapacityOrder_GatesThatTie_KeepsTheFirstOrTheLargestOfEachSequence(int capacity, DropOrder order)
    {
        var experts = new int[Rows * Kept];
        K.TopK(Numbers.Random(Rows * Experts, 1), experts, Rows, Experts, Kept);
        // Few different values, so that gates tie, and some that are no numbers, which come last.
        var gates = Array.ConvertAll(Numbers.Random(Rows * Kept, 2, 0, 4), g => g > 3.8f ? float.NaN : MathF.Round(g));
        var slots = new int[Rows * Kept];
        K.CapacityOrder(experts, gates, slots, Sequences, Each, Kept, Experts, capacity, order);

        var kept = Enumerable.Range(0, slots.Length).GroupBy(copy => (copy / (Each * Kept), experts[copy]))
            .SelectMany(own => own.OrderByDescending(c => order == DropOrder.Position ? 0 : gates[c]).ThenBy(c => c).Take(capacity)).ToHashSet();
        int[] expected = [.. kept.OrderBy(copy => experts[copy]).ThenBy(copy => copy), .. Enumerable.Range(0, slots.Length).Where(copy => !kept.Contains(copy))];
        Assert.Equal(expected, Enumerable.Range(0, slots.Length).OrderBy(copy => slots[copy]));
        Assert.Equal(Enumerable.Range(0, slots.Length), slots.Order());
        if (capacity < Each)
            return;
        var all = new int[slots.Length];
        K.DispatchOrder(experts, all, Rows, Kept, Experts);
        Assert.Equal(all, slots);
    }

    // Far from 0 no exponential is finite.
    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 30)]
    [InlineData(200, 8)]
    public void Sinkhorn_LogitsOfAnySize_AreShiftedByTheLogarithmsOfTheScales(float size, int iterations)
    {
        var logits = Numbers.Random(Rows * Experts, 1, -size, size);
        var keys = new float[logits.Length];
        K.Sinkhorn(logits, keys, Sequences, Each, Experts, iterations);
        for (var s = 0; s < Sequences; s++)
        {
            double[] x = Numbers.Wide(logits[(s * Each * Experts)..((s + 1) * Each * Experts)]), v = new double[Experts], u = new double[Each];
            for (var i = 0; i < iterations; i++)
            {
                for (var t = 0; t < Each; t++)
                    u[t] = -LogSumExp(Enumerable.Range(0, Experts).Select(e => x[(t * Experts) + e] + v[e]));
                for (var e = 0; e < Experts; e++)
                    v[e] = -LogSumExp(Enumerable.Range(0, Each).Select(t => x[(t * Experts) + e] + u[t]));
            }

            for (var i = 0; i < x.Length; i++)
                Assert.Equal(x[i] + v[i % Experts], keys[(s * x.Length) + i], 2e-6 * iterations * (1 + size));
            var alone = new float[x.Length];
            K.Sinkhorn(logits.AsSpan(s * x.Length, x.Length), alone, 1, Each, Experts, iterations);
            Numbers.SameBits(keys.AsSpan(s * x.Length, x.Length), alone);
        }
    }

    [Fact]
    public void Sinkhorn_ManyIterations_MakeEveryExpertsShareOfTheTokensEven()
    {
        var logits = Numbers.Random(Each * Experts, 1, -3, 3);
        for (var i = 0; i < logits.Length; i++)
            logits[i] += i % Experts;
        var keys = new float[logits.Length];
        K.Sinkhorn(logits, keys, 1, Each, Experts, 300);
        var load = new double[Experts];
        foreach (var row in Numbers.Wide(keys).Chunk(Experts))
            for (var e = 0; e < Experts; e++)
                load[e] += Math.Exp(row[e] - LogSumExp(row));
        Assert.All(load, own => Assert.Equal(Each / (double)Experts, own, 1e-3));
    }

    [Theory]
    [InlineData(RouterScore.Softmax, 4)]
    [InlineData(RouterScore.Sigmoid, 10)]
    [InlineData(RouterScore.SqrtSoftplus, 1)]
    public void QuantileBias_AnyScore_IsTheOrderStatisticOfScoresOverThresholds(RouterScore score, int k)
    {
        var (logits, bias, sums) = (Numbers.Random(Rows * Experts, 1, -2, 2), Numbers.Random(Experts, 2), new float[Experts]);
        K.QuantileBias(logits, bias, sums, Sequences, Each, Experts, k, score);
        var expected = new double[Experts];
        foreach (var sequence in Numbers.Wide(logits).Chunk(Experts).Chunk(Each))
        {
            var scores = Array.ConvertAll(sequence, x => Scores(score, x));
            var thresholds = Array.ConvertAll(scores, s => s.Select((v, e) => v + bias[e]).OrderDescending().ElementAt(k));
            for (var e = 0; e < Experts; e++)
                expected[e] -= scores.Select((s, t) => s[e] - thresholds[t]).OrderDescending().ElementAt(Each * k / Experts);
        }

        Numbers.Near(expected, sums, 2e-6);
    }

    [Fact]
    public void Kernels_SizesThatDoNotFit_NameGotAndNeed()
    {
        Assert.Contains("capacity is 0; need at least 1", Assert.Throws<ArgumentException>(() => K.CapacityOrder([0], [0], new int[1], 1, 1, 1, 1, 0, DropOrder.Position)).Message);
        Assert.Contains("keys has 3 elements; need 4", Assert.Throws<ArgumentException>(() => K.Sinkhorn(new float[4], new float[3], 1, 2, 2, 1)).Message);
        Assert.Contains("k is 2; need 1 to 1", Assert.Throws<ArgumentException>(() => K.QuantileBias(new float[4], new float[2], new float[2], 1, 2, 2, 2, RouterScore.Softmax)).Message);
    }

    private static double LogSumExp(IEnumerable<double> values)
    {
        var all = values.ToArray();
        return all.Max() + Math.Log(all.Sum(v => Math.Exp(v - all.Max())));
    }

    private static double[] Scores(RouterScore score, double[] x) => score switch
    {
        RouterScore.Softmax => [.. x.Select(v => Math.Exp(v - LogSumExp(x)))],
        RouterScore.Sigmoid => [.. x.Select(v => 1 / (1 + Math.Exp(-v)))],
        _ => [.. x.Select(v => Math.Sqrt(Math.Log(1 + Math.Exp(v))))],
    };
}
