using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>The mean over rows of −log softmax(logits)[target], shape [1].</summary>
    /// <param name="logits">[…, classes]</param>
    /// <param name="targets">[…], each 0 to classes − 1.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a target is out of range.</exception>
    public static Tensor<float> CrossEntropy(Tensor<float> logits, Tensor<int> targets)
    {
        var losses = NegativeLogLikelihoods(logits, targets);
        return Scalar(losses.Sum() / losses.Length);
    }

    /// <summary>The weighted mean Σ w · nll ÷ Σ w with nll = −log softmax(logits)[target], shape [1]. A weight of 0 masks its row; not-a-number when all are 0.</summary>
    /// <param name="logits">[…, classes]</param>
    /// <param name="targets">[…], each 0 to classes − 1, also where the weight is 0.</param>
    /// <param name="weights">[…], like <paramref name="targets"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a target is out of range.</exception>
    public static Tensor<float> CrossEntropy(Tensor<float> logits, Tensor<int> targets, Tensor<float> weights)
    {
        ShapeCheck.SameLeading("Nn.CrossEntropy", nameof(targets), targets, 0, nameof(weights), weights, 0);
        var losses = NegativeLogLikelihoods(logits, targets);
        var factors = Dense.Read(weights);
        var sum = 0.0;
        for (var t = 0; t < losses.Length; t++)
            sum += factors[t] * losses[t];
        return Scalar(sum / Rows.Sum(factors));
    }

    private static double[] NegativeLogLikelihoods(Tensor<float> logits, Tensor<int> targets)
    {
        var classes = Dense.Width(logits);
        ShapeCheck.SameLeading("Nn.CrossEntropy", nameof(logits), logits, 1, nameof(targets), targets, 0);
        ShapeCheck.InRange("Nn.CrossEntropy", nameof(targets), targets, classes, $"a class of dimension {logits.Rank - 1} of logits {Dense.Shape(logits)}");

        var labels = Dense.Read(targets);
        var elements = Stored.Read(logits);
        var losses = new double[labels.Length];
        for (var t = 0; t < losses.Length; t++)
        {
            var row = elements.Slice(t * classes, classes);
            losses[t] = Rows.LogSumExp(row) - row[labels[t]];
        }

        return losses;
    }
}
