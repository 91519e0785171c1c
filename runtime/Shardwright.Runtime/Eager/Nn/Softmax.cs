using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>Softmax over the last dimension, with the row's maximum taken out first.</summary>
    public static Tensor<float> Softmax(Tensor<float> x)
    {
        var width = Dense.Width(x);
        var elements = Stored.Read(x);
        var y = new float[elements.Length];
        for (var start = 0; start < y.Length; start += width)
            Rows.Softmax(elements.Slice(start, width), y.AsSpan(start, width));
        return Stored.Wrap(y, x.Lengths);
    }
}
