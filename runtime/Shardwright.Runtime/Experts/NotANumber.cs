using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>Router logits that are not numbers: no choice of experts has a meaning then, and the loss would be lost a layer later without a word.</summary>
internal static class NotANumber
{
    /// <summary>One token's logits, or all of a rank's; <paramref name="where"/> says what else is known of the place.</summary>
    /// <param name="logits">[rows, experts].</param>
    /// <param name="group">Path of the expert group; null where it has no name.</param>
    /// <param name="firstToken">The number of the first row.</param>
    /// <param name="experts">Experts of a row; 0 = one row.</param>
    /// <param name="where">Behind the token: step and micro-batch.</param>
    /// <exception cref="NotFiniteNumberException">One is not a number.</exception>
    public static void Require(ReadOnlySpan<float> logits, string? group, int firstToken, int experts = 0, string where = "")
    {
        if (!TensorPrimitives.IsNaNAny(logits))
            return;
        int first = 0;
        while (!float.IsNaN(logits[first]))
            first++;
        int each = experts == 0 ? logits.Length : experts;
        throw new NotFiniteNumberException(
            $"{group ?? "ExpertGroup"}: the router's logit of token {firstToken + (first / each)} for expert {first % each} is not a number{where}. Something before the router overflowed or divided by zero: "
            + "lower the learning rate, clip gradients, or add a RouterZLoss.",
            float.NaN);
    }
}
