namespace Shardwright.Hardware;

/// <summary>The time of matrix products on the tensor engine.</summary>
public static class MatMulTime
{
    /// <summary>Seconds of one product at full clock; see <see cref="ClockRamp"/>.</summary>
    public static double Seconds(RankRates rates, MatrixWork product) => Seconds(rates, product.Format, Load(rates, product));

    /// <summary>What a product adds to the load of its op: cycles of a systolic array, padded FLOPs of a GPU. 0 for a product without rows.</summary>
    internal static double Load(RankRates rates, MatrixWork product) =>
        rates.Tensor == TensorModel.Systolic ? SystolicArray.Cycles(rates, product) : EfficiencyModel.PaddedFlops(rates, product);

    /// <summary>Seconds of a load: of one product, or of an expert group's products that are issued together.</summary>
    internal static double Seconds(RankRates rates, OperandFormat format, double load) =>
        rates.Tensor == TensorModel.Systolic ? load / rates.TensorClock : EfficiencyModel.Seconds(rates, format, load);
}
