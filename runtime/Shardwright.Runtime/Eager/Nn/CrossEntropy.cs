using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>The mean over rows of −log softmax(logits)[target], shape [1].</summary>
    /// <param name="logits">[…, classes]</param>
    /// <param name="targets">[…], each 0 to classes − 1.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a target is out of range.</exception>
    public static Tensor<float> CrossEntropy(Tensor<float> logits, Tensor<int> targets) => CrossEntropy(logits, targets, Dense.Shape(targets), default);

    /// <summary>The weighted mean Σ w · nll ÷ Σ w with nll = −log softmax(logits)[target], shape [1]. A weight of 0 masks its row; not-a-number when all are 0.</summary>
    /// <param name="logits">[…, classes]</param>
    /// <param name="targets">[…], each 0 to classes − 1, also where the weight is 0.</param>
    /// <param name="weights">[…], like <paramref name="targets"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a target is out of range.</exception>
    public static Tensor<float> CrossEntropy(Tensor<float> logits, Tensor<int> targets, Tensor<float> weights)
    {
        var shapes = $"targets {Dense.Shape(targets)}, weights {Dense.Shape(weights)}";
        if (!weights.Lengths.SequenceEqual(targets.Lengths))
            throw new ArgumentException($"Nn.CrossEntropy: logits {Dense.Shape(logits)}, {shapes}: targets and weights differ; need one weight a target.", nameof(weights));
        return CrossEntropy(logits, targets, shapes, Dense.Read(weights));
    }

    // Without weights every row counts 1.
    private static Tensor<float> CrossEntropy(Tensor<float> logits, Tensor<int> targets, string shapes, ReadOnlySpan<float> weights)
    {
        var classes = Dense.Width(logits);
        shapes = $"logits {Dense.Shape(logits)}, targets {shapes}";
        if (!logits.Lengths[..^1].SequenceEqual(targets.Lengths))
            throw new ArgumentException($"Nn.CrossEntropy: {shapes}: the dimensions of targets are not those of logits before the last; need one target a row of logits.", nameof(targets));

        ReadOnlySpan<float> rows = Dense.Read(logits);
        ReadOnlySpan<int> labels = Dense.Read(targets);
        double sum = 0, denominator = 0;
        for (var t = 0; t < labels.Length; t++)
        {
            if ((uint)labels[t] >= (uint)classes)
                throw new ArgumentException($"Nn.CrossEntropy: {shapes}: target {labels[t]} at flat position {t} is outside dimension {logits.Rank - 1} of logits; need 0 to {classes - 1}.", nameof(targets));
            var row = rows.Slice(t * classes, classes);
            var weight = weights.IsEmpty ? 1.0 : weights[t];
            sum += weight * (Rows.LogSumExp(row) - row[labels[t]]);
            denominator += weight;
        }

        return Scalar(sum / denominator);
    }
}
