using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>The checked shape of a handle, and the storage that belongs to it.</summary>
internal sealed class TensorShape
{
    private readonly int[] dimensions;

    public TensorShape(string owner, ReadOnlySpan<int> shape)
    {
        if (shape.IsEmpty)
            throw new ArgumentException($"{owner}: got no dimensions; need at least one. A single number is new {owner}(1).", nameof(shape));
        dimensions = shape.ToArray();
        Length = 1;
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (dimensions[i] < 1)
                throw new ArgumentException($"{owner}: dimension {i} of {this} is {dimensions[i]}; need at least 1.", nameof(shape));
            Length = checked(Length * dimensions[i]);
        }
    }

    public ReadOnlySpan<int> Dimensions => dimensions;

    public long Length { get; }

    public float[] Allocate(string owner) => Length <= Array.MaxLength
        ? new float[Length]
        : throw new InvalidOperationException(
            $"{owner}: {this} has {Length} elements; one eager tensor holds at most {Array.MaxLength}. Run a smaller model eagerly.");

    public Tensor<float> Wrap(float[] elements) => Dense.Wrap(elements, Array.ConvertAll(dimensions, d => (nint)d));

    public Tensor<float> Require(Tensor<float>? value, string owner)
    {
        ArgumentNullException.ThrowIfNull(value);
        var same = value.Rank == dimensions.Length;
        for (var i = 0; same && i < dimensions.Length; i++)
            same = value.Lengths[i] == dimensions[i];
        return same ? value : throw new ArgumentException($"{owner}: the new value is {Dense.Shape(value)}; need {this}.", nameof(value));
    }

    public override string ToString() => Dense.Shape<int>(dimensions);
}
