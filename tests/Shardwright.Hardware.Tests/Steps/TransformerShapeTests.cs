namespace Shardwright.Hardware.Tests;

public class TransformerShapeTests
{
    private static readonly TransformerShape Gpt3 = new(96, 12_288, 96, 2048, 51_200);

    [Fact]
    public void Parameters_OfGpt3_Are175Billion() => Assert.Equal(174.6e9, Gpt3.Parameters, 0.1e9);

    [Fact]
    public void StepFlops_WithoutRecomputation_AreNearSixNd()
    {
        // 6ND counts embeddings, which need no product, and leaves attention scores out: 3 % apart at this size.
        Assert.InRange(Gpt3.StepFlops(1536, recompute: false) / Gpt3.SixNd(1536), 1.0, 1.05);
    }

    [Fact]
    public void StepFlops_WithRecomputation_AreTheFormulaOfThePaper()
    {
        double b = 1536, s = 2048, l = 96, h = 12_288, v = 51_200;

        Assert.Equal(1, Gpt3.StepFlops(1536, recompute: true) / (96 * b * s * l * h * h * (1 + s / (6 * h) + v / (16 * l * h))), 12);
        Assert.Equal(1, Gpt3.StepFlops(1536, recompute: false) / (72 * b * s * l * h * h * (1 + s / (6 * h) + v / (12 * l * h))), 12);
    }

    [Fact]
    public void Utilization_OfKorthikantis530B_Is56Percent()
    {
        // arXiv 2205.05198, table 5: 37.83 s on 280 A100 for 280 sequences, 56.0 % of 312 TFLOP/s.
        var shape = new TransformerShape(105, 20_480, 128, 2048, 51_200);

        Assert.Equal(0.560, shape.Utilization(280, 37.83, 280, 312e12), 0.002);
    }
}
