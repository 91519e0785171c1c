using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>The sum of all elements, shape [1].</summary>
    public static Tensor<float> Sum(Tensor<float> x) => Scalar(Rows.Sum(Stored.Read(x)));

    /// <summary>The mean of all elements, shape [1].</summary>
    public static Tensor<float> Mean(Tensor<float> x) => Scalar(Rows.Sum(Stored.Read(x)) / x.FlattenedLength);

    private static Tensor<float> Scalar(double value) => Dense.Wrap([(float)value], [1]);
}
