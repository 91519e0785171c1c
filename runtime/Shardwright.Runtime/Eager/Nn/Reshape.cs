using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>The same elements, row-major, in another shape.</summary>
    /// <param name="x">[…]</param>
    /// <param name="shape">Dimensions of at least 1 whose product is the number of elements.</param>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public static Tensor<float> Reshape(Tensor<float> x, params ReadOnlySpan<int> shape)
    {
        var lengths = new nint[shape.Length];
        nint product = 1;
        for (var i = 0; i < shape.Length; i++)
        {
            if (shape[i] < 1)
                throw new ArgumentException($"Nn.Reshape: {Dense.Shape(x)} to {Dense.Shape(shape)}: dimension {i} is {shape[i]}; need at least 1.", nameof(shape));
            product = checked(product * (lengths[i] = shape[i]));
        }

        if (shape.IsEmpty || product != x.FlattenedLength)
            throw new ArgumentException(
                $"Nn.Reshape: {Dense.Shape(x)} has {x.FlattenedLength} elements, {Dense.Shape(shape)} has {(shape.IsEmpty ? 0 : product)}; need them equal.", nameof(shape));
        return Stored.Moved(x, Stored.Read(x).ToArray(), lengths);
    }
}
