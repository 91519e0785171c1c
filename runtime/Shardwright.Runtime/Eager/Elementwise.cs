using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>Tensor arithmetic with errors that name both shapes and the dimension; the library's own message has neither.</summary>
internal static class Elementwise
{
    public static Tensor<float> Add(Tensor<float> a, Tensor<float> b)
    {
        Check("+", a, b);
        return a + b;
    }

    public static Tensor<float> Subtract(Tensor<float> a, Tensor<float> b)
    {
        Check("-", a, b);
        return a - b;
    }

    public static Tensor<float> Multiply(Tensor<float> a, Tensor<float> b)
    {
        Check("*", a, b);
        return a * b;
    }

    public static Tensor<float> Divide(Tensor<float> a, Tensor<float> b)
    {
        Check("/", a, b);
        return a / b;
    }

    private static void Check(string op, Tensor<float> a, Tensor<float> b)
    {
        for (var fromEnd = 1; fromEnd <= Math.Min(a.Rank, b.Rank); fromEnd++)
        {
            var (left, right) = (a.Lengths[^fromEnd], b.Lengths[^fromEnd]);
            if (left != right && left != 1 && right != 1)
                throw new ArgumentException(
                    $"operator {op}: {Dense.Shape(a)} {op} {Dense.Shape(b)}: dimension {a.Rank - fromEnd} of the left operand is {left}, " +
                    $"dimension {b.Rank - fromEnd} of the right is {right}; need them equal, or one of them 1.");
        }
    }
}
