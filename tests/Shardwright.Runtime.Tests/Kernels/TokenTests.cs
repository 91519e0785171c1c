using Shardwright.Execution;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class TokenTests
{
    private const int Columns = 21;

    [Fact]
    public void SumsOverTokens_AnyGrouping_EqualTheTreeOfFolds()
    {
        var random = new Random(8);
        for (var trial = 0; trial < 30; trial++)
        {
            var boundaries = Boundaries(random);
            var rows = boundaries[^1];
            var dy = Numbers.Random(rows * Columns, trial);
            var db = new float[Columns];
            K.SumTokens(dy, db, Segments.Ragged(boundaries), Columns);
            Numbers.SameBits(TreeOf(boundaries, Columns, (leaf, t) => Fold(leaf, dy, t)), db);

            var weights = Numbers.Random(rows, trial);
            var weightSum = K.SumWeights(weights, Segments.Ragged(boundaries));
            Numbers.SameBits(TreeOf(boundaries, 1, (leaf, t) => leaf[0] += weights[t]), [weightSum]);
        }
    }

    [Fact]
    public void EmbedGradient_AnyGrouping_EqualsTheDenseTree()
    {
        const int Vocabulary = 7;
        var random = new Random(9);
        for (var trial = 0; trial < 30; trial++)
        {
            var columns = trial % 2 == 0 ? Columns : 128 + Columns;
            var boundaries = Boundaries(random);
            var tokens = Enumerable.Range(0, boundaries[^1]).Select(_ => random.Next(Vocabulary)).ToArray();
            var dy = Numbers.Random(tokens.Length * columns, trial);
            var dtable = new float[Vocabulary * columns];
            Array.Fill(dtable, float.NaN);
            K.EmbedGradient(tokens, dy, dtable, Segments.Ragged(boundaries), Vocabulary, columns);
            var expected = TreeOf(boundaries, dtable.Length, (leaf, t) =>
            {
                for (var c = 0; c < columns; c++)
                    leaf[(tokens[t] * columns) + c] += dy[(t * columns) + c];
            });
            Numbers.SameBits(expected, dtable);
        }
    }

    [Fact]
    public void Embed_OutOfRangeToken_IsAClearError()
    {
        var error = Assert.Throws<ArgumentException>(() => K.Embed([0, 5], new float[8], new float[8], 4));
        Assert.Contains("tokens[1] is 5; need 0 to 1", error.Message);
        // In training the user holds the whole batch, and a kernel a rank's part of it.
        Assert.Contains("its own share of the batch", error.Message);
    }

    [Fact]
    public void CrossEntropy_AndGradient_AgreeWithDoubleReference()
    {
        const int Rows = 12;
        var logits = Numbers.Random(Rows * Columns, 1, -4, 4);
        var targets = Enumerable.Range(0, Rows).Select(t => t * 5 % Columns).ToArray();
        var weights = Numbers.Random(Rows, 2, 0, 1);
        (weights[3], targets[3]) = (0, -1);
        var (loss, log) = (new float[1], new float[Rows]);
        K.CrossEntropy(logits, targets, weights, loss, log, Segments.Uniform(4, 3), Columns);
        double Loss(double[] at) => Enumerable.Range(0, Rows).Where(t => weights[t] != 0).Sum(t =>
            weights[t] * (Math.Log(at.Skip(t * Columns).Take(Columns).Sum(Math.Exp)) - at[(t * Columns) + targets[t]]));
        Assert.Equal(Loss(Numbers.Wide(logits)), loss[0], 1e-5);
        var dlogits = new float[logits.Length];
        K.CrossEntropyGradient(logits, log, targets, weights, dlogits, 0.5f, Rows, Columns);
        Numbers.Near(Numbers.Map(Numbers.Differences(Loss, Numbers.Wide(logits)), value => 0.5 * value), dlogits);
    }

    [Fact]
    public void CrossEntropy_HalvesComputedApart_AddToTheWhole()
    {
        const int Rows = 40;
        var logits = Numbers.Random(Rows * Columns, 1, -4, 4);
        var targets = Enumerable.Range(0, Rows).Select(t => t % Columns).ToArray();
        float Part(Range rows, int sequences)
        {
            var (first, count) = rows.GetOffsetAndLength(Rows);
            var loss = new float[1];
            K.CrossEntropy(logits.AsSpan(first * Columns, count * Columns), targets.AsSpan(rows), [], loss, new float[count], Segments.Uniform(sequences, 5), Columns);
            return loss[0];
        }

        Numbers.SameBits([Part(..20, 4) + Part(20.., 4)], [Part(.., 8)]);
    }

    [Fact]
    public void CrossEntropy_AllTokensMasked_IsZeroWithZeroGradient()
    {
        var (loss, log, d) = (new float[1], new float[2], new float[6]);
        K.CrossEntropy([1, 2, 3, 4, 5, 6], [-100, 0], [0, 0], loss, log, Segments.Uniform(1, 2), 3);
        K.CrossEntropyGradient([1, 2, 3, 4, 5, 6], log, [-100, 0], [0, 0], d, 1, 2, 3);
        Numbers.SameBits([0], loss);
        Numbers.SameBits(new float[6], d);
        var error = Assert.Throws<ArgumentException>(() => K.CrossEntropy([1, 2, 3], [3], [], loss, new float[1], Segments.Uniform(1, 1), 3));
        Assert.Contains("targets[0] is 3; need 0 to 2", error.Message);
    }

    [Fact]
    public void Rope_ThenItsGradient_IsTheIdentityAndMatchesTheFormula()
    {
        const int Sequences = 2, Length = 5, Heads = 3, Size = 6;
        var x = Numbers.Random(Sequences * Length * Heads * Size, 1);
        var y = new float[x.Length];
        K.Rope(x, y, Sequences, Length, Heads, Size, 100);
        var expected = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var (inHead, position) = (i % Size, i / (Heads * Size) % Length);
            var angle = position * Math.Pow(100, -2.0 * (inHead % 3) / Size);
            expected[i] = (x[i] * Math.Cos(angle)) + (inHead < 3 ? -x[i + 3] : x[i - 3]) * Math.Sin(angle);
        }

        Numbers.Near(expected, y);
        var back = new float[x.Length];
        K.RopeGradient(y, back, Sequences, Length, Heads, Size, 100);
        Numbers.Near(Numbers.Wide(x), back);
        K.RopeGradient(y, back, Sequences, Length, Heads, Size, 100, accumulate: true);
        Numbers.Near(Numbers.Map(Numbers.Wide(x), value => 2 * value), back);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 16, 32)]
    [InlineData(3, 37, 50)]
    public void Transpose_AnyShape_SwapsRowsAndColumns(int batch, int rows, int columns)
    {
        var x = Numbers.Random(batch * rows * columns, 1);
        var y = new float[x.Length];
        K.Transpose(x, y, batch, rows, columns);
        for (var i = 0; i < x.Length; i++)
            Assert.Equal(x[i], y[(i / (rows * columns) * rows * columns) + (i % columns * rows) + (i / columns % rows)]);
        K.Transpose(x, y, batch, rows, columns, accumulate: true);
        Assert.Equal(2 * x[^1], y[^1]);
    }

    [Fact]
    public void CopyColumns_IntoTheMiddle_LeavesTheOtherColumns()
    {
        float[] y = [9, 9, 9, 9, 9, 9, 9, 9];
        K.CopyColumns([1, 2, 3, 4, 5, 6], y, 2, 3, 1, 4, 1, 2);
        Assert.Equal([9, 2, 3, 9, 9, 5, 6, 9], y);
        K.CopyColumns([1, 2, 3, 4, 5, 6], y, 2, 3, 0, 4, 2, 1, accumulate: true);
        Assert.Equal([9, 2, 4, 9, 9, 5, 10, 9], y);
    }

    private static int[] Boundaries(Random random)
    {
        var boundaries = new int[random.Next(1, 14) + 1];
        for (var i = 1; i < boundaries.Length; i++)
            boundaries[i] = boundaries[i - 1] + (random.Next(3) == 0 ? 0 : random.Next(1, 7));
        return boundaries;
    }

    private static void Fold(float[] leaf, float[] dy, int t)
    {
        for (var c = 0; c < Columns; c++)
            leaf[c] += dy[(t * Columns) + c];
    }

    private static float[] TreeOf(int[] boundaries, int size, Action<float[], int> add)
    {
        var leaves = new List<float[]>();
        for (var s = 0; s + 1 < boundaries.Length; s++)
        {
            var leaf = new float[size];
            for (var t = boundaries[s]; t < boundaries[s + 1]; t++)
                add(leaf, t);
            leaves.Add([.. leaf.Select(value => value + 0f)]);
        }

        return Numbers.Tree(leaves);
    }
}
