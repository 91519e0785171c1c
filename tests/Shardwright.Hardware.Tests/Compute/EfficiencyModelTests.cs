namespace Shardwright.Hardware.Tests;

public class EfficiencyModelTests
{
    /// <summary>An A100 with round constants, so that the numbers below can be followed by hand whatever is fitted.</summary>
    private static readonly RankRates A100 = MachineCatalog.Get("dgx-a100").Rank with { TensorEfficiency = 0.99, HalfEfficiencyFlops = 2e10 };

    /// <summary>The curve against Calculon's efficiency by GFLOPs of a product on A100 (its a100_80g.json): 128 → 0.95, 16 → 0.90, 1 → 0.60 and 0.10 below are steps; 0.99 · F ÷ (F + 20 GFLOP) lies lower.</summary>
    [Theory]
    [InlineData(100, 0.83)]
    [InlineData(20, 0.495)]
    [InlineData(1000, 0.97)]
    public void Seconds_ByFlops_GivesTheEfficiencyOfTheFormula(double gigaflops, double efficiency)
    {
        long columns = (long)Math.Round(gigaflops * 1e9 / (2 * 1024 * 1024) / 64) * 64;
        var product = new MatrixWork(1, 1024, 1024, columns, OperandFormat.BFloat16);
        Assert.Equal(efficiency, product.Flops / MatMulTime.Seconds(A100, product) / 312e12, 0.006);
    }

    [Fact]
    public void Seconds_UnfilledTiles_CostAsMuchAsFilledOnes() =>
        Assert.Equal(MatMulTime.Seconds(A100, new(1, 64, 4096, 4096, OperandFormat.BFloat16)), MatMulTime.Seconds(A100, new(1, 1, 4096, 4096, OperandFormat.BFloat16)));

    [Fact]
    public void Seconds_FormatThatTheMachineLacks_RunsAsBFloat16()
    {
        Assert.False(A100.HasFormat[(int)OperandFormat.Float8]);
        var product = new MatrixWork(1, 4096, 4096, 4096, OperandFormat.Float8);
        Assert.Equal(MatMulTime.Seconds(A100, product with { Format = OperandFormat.BFloat16 }), MatMulTime.Seconds(A100, product));
    }

    [Fact]
    public void Of_ManyExperts_AreOneLaunch()
    {
        var work = new OpWork { Products = [new(1, 0, 1024, 1024, OperandFormat.BFloat16, RoutedDimension.Rows)] };
        long together = OpTime.Of(A100, work, [0, 128, 256, 384, 512], 4).Tensor;
        long apart = 4 * OpTime.Of(A100, work, [0, 128], 1).Tensor;
        Assert.True(together < apart);
        Assert.Equal(OpTime.Of(A100, work, [0, 512], 1).Tensor, together);
    }
}
