using Shardwright.Execution;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class RoutingTests
{
    private const int Rows = 10;
    private const int Experts = 5;
    private const int Kept = 2;
    private const int Columns = 19;

    [Fact]
    public void TopK_TiesAndNaN_PreferLowerIndexAndPutNaNLast()
    {
        var experts = new int[3];
        K.TopK([1, 3, 3, 0], experts, 1, 4, 3);
        Assert.Equal([1, 2, 0], experts);
        K.TopK([float.NaN, 1, float.NaN, 2], experts, 1, 4, 3);
        Assert.Equal([3, 1, 0], experts);
        K.TopK([float.NegativeInfinity, float.NaN, -0f, 0f], experts, 1, 4, 3);
        Assert.Equal([2, 3, 0], experts);
    }

    [Theory]
    [InlineData(16, 4)]
    [InlineData(1, 1)]
    [InlineData(8, 2)]
    [InlineData(17, 17)]
    [InlineData(64, 6)]
    [InlineData(131, 3)]
    public void TopK_RandomLogits_EqualsAStableSort(int count, int kept)
    {
        // Few different values, so that rows have ties across vectors.
        var logits = Array.ConvertAll(Numbers.Random(200 * count, 1, -9, 9), value => MathF.Round(value) / 4);
        var experts = new int[200 * kept];
        K.TopK(logits, experts, 200, count, kept);
        for (var t = 0; t < 200; t++)
        {
            var row = logits.AsSpan(t * count, count).ToArray();
            Assert.Equal(Enumerable.Range(0, count).OrderByDescending(e => row[e]).Take(kept), experts[(t * kept)..((t + 1) * kept)]);
        }
    }

    [Fact]
    public void RouterGradient_AllThreeTerms_AgreesWithFiniteDifferences()
    {
        var (logits, experts, gates) = Routed();
        var dgates = Numbers.Random(Rows * Kept, 4);
        var counts = new[] { 7, 1, 0, 8, 4 };
        var (p, statistics) = (new float[Rows * Experts], new float[Experts + 1]);
        K.RouterStatistics(logits, p, statistics, Segments.Uniform(2, 5), Experts);
        var d = new float[Rows * Experts];
        K.RouterGradient(experts, gates, dgates, p, logits, counts, d, Rows, Experts, Kept, 0.3f, 0.2f);
        double Loss(double[] at)
        {
            var loss = 0.0;
            for (var t = 0; t < Rows; t++)
            {
                double Logit(int e) => at[(t * Experts) + e];
                var total = Enumerable.Range(0, Experts).Sum(e => Math.Exp(Logit(e)));
                var kept = Enumerable.Range(0, Kept).Select(i => Math.Exp(Logit(experts[(t * Kept) + i]))).ToArray();
                loss += Enumerable.Range(0, Kept).Sum(i => dgates[(t * Kept) + i] * kept[i] / kept.Sum());
                loss += Enumerable.Range(0, Experts).Sum(e => 0.3f * counts[e] * Math.Exp(Logit(e)) / total) + (0.2f * Math.Pow(Math.Log(total), 2));
            }

            return loss;
        }

        Numbers.Near(Numbers.Differences(Loss, Numbers.Wide(logits)), d);
    }

    [Fact]
    public void RouterStatistics_HalvesComputedApart_AddToTheWhole()
    {
        var logits = Numbers.Random(80 * Experts, 3);
        float[] Part(int first, int rows)
        {
            var statistics = new float[Experts + 1];
            K.RouterStatistics(logits.AsSpan(first * Experts, rows * Experts), new float[rows * Experts], statistics, Segments.Uniform(rows / 10, 10), Experts);
            return statistics;
        }

        Numbers.SameBits(Numbers.Sum(Part(0, 40), Part(40, 40)), Part(0, 80));
        var expected = logits.Chunk(Experts).Sum(row => Math.Pow(Math.Log(row.Sum(value => Math.Exp(value))), 2));
        Assert.Equal(expected, Part(0, 80)[Experts], 1e-3);
    }

    [Theory]
    [InlineData(8, 2)]
    [InlineData(5, 3)]
    [InlineData(37, 5)]
    public void RouterOps_RowsByThemselves_HaveTheBitsOfManyAtOnce(int count, int kept)
    {
        const int All = 45;
        var logits = Numbers.Random(All * count, 3, -3, 3);
        var upstream = Numbers.Random(All * kept, 4);
        var counts = Enumerable.Range(0, count).ToArray();
        (int[] Experts, float[] Gates, float[] Probabilities, float[] Gradient) Run(int first, int rows)
        {
            var own = logits.AsSpan(first * count, rows * count);
            var (experts, gates, p, d) = (new int[rows * kept], new float[rows * kept], new float[rows * count], new float[rows * count]);
            K.TopK(own, experts, rows, count, kept);
            K.Gates(own, experts, gates, rows, count, kept);
            K.RouterStatistics(own, p, new float[count + 1], Segments.Uniform(1, rows), count);
            K.RouterGradient(experts, gates, upstream.AsSpan(first * kept, rows * kept), p, own, counts, d, rows, count, kept, 0.3f, 0.2f);
            return (experts, gates, p, d);
        }

        var whole = Run(0, All);
        foreach (var (first, rows) in new[] { (0, 1), (44, 1), (3, 17), (16, 16), (7, 38) })
        {
            var part = Run(first, rows);
            Assert.Equal(whole.Experts[(first * kept)..((first + rows) * kept)], part.Experts);
            Numbers.SameBits(whole.Gates.AsSpan(first * kept, rows * kept).ToArray(), part.Gates);
            Numbers.SameBits(whole.Probabilities.AsSpan(first * count, rows * count).ToArray(), part.Probabilities);
            Numbers.SameBits(whole.Gradient.AsSpan(first * count, rows * count).ToArray(), part.Gradient);
        }
    }

    [Fact]
    public void DispatchOrder_AnyRouting_SortsByExpertAndThenToken()
    {
        var (_, experts, _) = Routed();
        var slots = new int[experts.Length];
        K.DispatchOrder(experts, slots, Rows, Kept, Experts);
        var expected = Enumerable.Range(0, experts.Length).OrderBy(copy => experts[copy]).ThenBy(copy => copy / Kept).ToArray();
        for (var slot = 0; slot < expected.Length; slot++)
            Assert.Equal(slot, slots[expected[slot]]);
        var counts = new int[Experts * 2];
        K.CountRoutes(experts, counts, 2, Rows / 2, Kept, Experts);
        for (var e = 0; e < Experts; e++)
        {
            Assert.Equal(experts.Take(Rows / 2 * Kept).Count(expert => expert == e), counts[e * 2]);
            Assert.Equal(experts.Skip(Rows / 2 * Kept).Count(expert => expert == e), counts[(e * 2) + 1]);
        }
    }

    [Fact]
    public void PermuteAndCombine_WithGradients_AreTransposesOfEachOther()
    {
        var (_, experts, gates) = Routed();
        var slots = new int[experts.Length];
        K.DispatchOrder(experts, slots, Rows, Kept, Experts);
        var x = Numbers.Random(Rows * Columns, 1);
        var sent = new float[Rows * Kept * Columns];
        K.Permute(x, slots, sent, Rows, Kept, Columns);
        var (y, dx) = (new float[x.Length], new float[x.Length]);
        K.Combine(sent, slots, gates, y, Rows, Kept, Columns);
        Numbers.Near(Numbers.Wide(x), y);
        K.PermuteGradient(sent, slots, dx, Rows, Kept, Columns);
        Numbers.SameBits([.. x.Select(value => value + value)], dx);

        var returned = Numbers.Random(sent.Length, 2);
        var dy = Numbers.Random(x.Length, 3);
        var (dreturned, dgates) = (new float[sent.Length], new float[gates.Length]);
        K.CombineGradient(dy, returned, slots, gates, dreturned, dgates, Rows, Kept, Columns);
        for (var copy = 0; copy < slots.Length; copy++)
        {
            var (up, back) = (dy.AsSpan(copy / Kept * Columns, Columns).ToArray(), returned.AsSpan(slots[copy] * Columns, Columns).ToArray());
            Assert.Equal(Numbers.Dot(Numbers.Wide(up), Numbers.Wide(back)), dgates[copy], 1e-5);
            Numbers.SameBits([.. up.Select(value => gates[copy] * value)], dreturned.AsSpan(slots[copy] * Columns, Columns));
        }

        var alone = new float[dgates.Length];
        K.GateGradient(dy, returned, slots, alone, Rows, Kept, Columns);
        Numbers.SameBits(dgates, alone);
    }

    [Fact]
    public void Combine_WithResidualAndRounding_HasTheBitsOfBothAfterwards()
    {
        var (_, experts, gates) = Routed();
        var slots = new int[experts.Length];
        K.DispatchOrder(experts, slots, Rows, Kept, Experts);
        var returned = Numbers.Random(Rows * Kept * Columns, 2);
        var residual = Numbers.Random(Rows * Columns, 5);
        var (combined, y) = (new float[residual.Length], new float[residual.Length]);
        K.Combine(returned, slots, gates, combined, Rows, Kept, Columns);
        var expected = Numbers.Sum(residual, combined);
        K.Combine(returned, slots, gates, y, Rows, Kept, Columns, residual);
        Numbers.SameBits(expected, y);
        K.Combine(returned, slots, gates, residual, Rows, Kept, Columns, residual);
        Numbers.SameBits(expected, residual);
        residual = Numbers.Random(Rows * Columns, 5);
        foreach (var store in new[] { NumberFormat.BFloat16, Rounding.Stochastic(NumberFormat.BFloat16, 7, 1000), NumberFormat.Float8E4M3 })
        {
            var rounded = (float[])expected.Clone();
            K.Round(rounded, store);
            K.Combine(returned, slots, gates, y, Rows, Kept, Columns, residual, store);
            Numbers.SameBits(rounded, y);
        }

        K.Combine([], [], [], [], 0, Kept, Columns);
        var error = Assert.Throws<ArgumentException>(() => K.Combine(returned, slots, gates, y, Rows, Kept, Columns, residual.AsSpan(1)));
        Assert.Contains("residual has 189 elements; need 190", error.Message);
    }

    private static (float[] Logits, int[] Experts, float[] Gates) Routed()
    {
        var logits = Numbers.Random(Rows * Experts, 3, -2, 2);
        var experts = new int[Rows * Kept];
        var gates = new float[Rows * Kept];
        K.TopK(logits, experts, Rows, Experts, Kept);
        K.Gates(logits, experts, gates, Rows, Experts, Kept);
        return (logits, experts, gates);
    }
}
