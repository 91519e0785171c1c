using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

/// <summary>Tensors for tests, and comparison with references kept in double.</summary>
internal static class Data
{
    public static Tensor<float> Of(float[] elements, params ReadOnlySpan<int> shape) => Tensor.Create(elements, Lengths(shape));

    public static Tensor<int> Integers(int[] elements, params ReadOnlySpan<int> shape) => Tensor.Create(elements, Lengths(shape));

    /// <summary>Uniform in [−2, 2).</summary>
    public static Tensor<float> Random(int seed, params ReadOnlySpan<int> shape)
    {
        var random = new Random(seed);
        var elements = new float[Lengths(shape).Aggregate((a, b) => a * b)];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = random.NextSingle() * 4 - 2;
        return Of(elements, shape);
    }

    /// <summary>The row-major elements.</summary>
    public static float[] Flat(Tensor<float> x)
    {
        var elements = new float[x.FlattenedLength];
        x.FlattenTo(elements);
        return elements;
    }

    public static int[] Shape<T>(Tensor<T> x) => Array.ConvertAll(x.Lengths.ToArray(), length => (int)length);

    /// <summary>Holds every element to tolerance · max(1, |expected|).</summary>
    public static void AssertClose(double[] expected, Tensor<float> actual, double tolerance = 2e-6)
    {
        var elements = Flat(actual);
        Assert.Equal(expected.Length, elements.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - elements[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"element {i}: expected {expected[i]:R}, got {elements[i]:R}");
    }

    /// <summary>Expects an <see cref="ArgumentException"/> whose message holds all the parts.</summary>
    public static void AssertMessage(Action action, params string[] parts)
    {
        var message = Assert.ThrowsAny<ArgumentException>(action).Message;
        foreach (var part in parts)
            Assert.Contains(part, message);
    }

    private static nint[] Lengths(ReadOnlySpan<int> shape) => Array.ConvertAll(shape.ToArray(), d => (nint)d);
}
