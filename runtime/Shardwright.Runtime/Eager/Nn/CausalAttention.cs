using System.Numerics.Tensors;
using Shardwright.Execution;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>
    /// Causal scaled dot-product attention: position i of a head attends to positions 0 … i, softmax(q · kᵀ / √s) · v. With fewer key-value heads than heads
    /// (grouped-query attention, arXiv:2305.13245) head h reads key-value head h / (heads / key-value heads).
    /// </summary>
    /// <param name="q">[batch, length, heads · s]</param>
    /// <param name="k">[batch, length, key-value heads · s]</param>
    /// <param name="v">Like <paramref name="k"/>.</param>
    /// <param name="heads">Heads of <paramref name="q"/>; a multiple of the key-value heads.</param>
    /// <returns>[batch, length, heads · s]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor<float> CausalAttention(Tensor<float> q, Tensor<float> k, Tensor<float> v, int heads)
    {
        CheckAttention(q, k, v, heads);
        int batch = (int)q.Lengths[0], length = (int)q.Lengths[1], width = Dense.Width(q), keyWidth = Dense.Width(k);
        var size = width / heads;
        var headsPerKey = heads / (keyWidth / size);
        ReadOnlySpan<float> queries = Stored.Read(q), keys = Stored.Read(k), values = Stored.Read(v);
        var scale = 1 / MathF.Sqrt(size);
        var y = new float[queries.Length];
        var weights = new float[length];
        for (var b = 0; b < batch; b++)
        {
            for (var head = 0; head < heads; head++)
            {
                for (var i = 0; i < length; i++)
                {
                    var at = (b * length + i) * width + head * size;
                    var query = queries.Slice(at, size);
                    var attended = weights.AsSpan(0, i + 1);
                    for (var j = 0; j <= i; j++)
                        attended[j] = scale * TensorPrimitives.Dot(query, keys.Slice((b * length + j) * keyWidth + head / headsPerKey * size, size));

                    Rows.Softmax(attended, attended);
                    Kernels.Round(attended, Stored.Format);

                    var output = y.AsSpan(at, size);
                    for (var j = 0; j <= i; j++)
                        TensorPrimitives.FusedMultiplyAdd(values.Slice((b * length + j) * keyWidth + head / headsPerKey * size, size), attended[j], output, output);
                }
            }
        }

        return Stored.Wrap(y, q.Lengths);
    }

    private static void CheckAttention(Tensor<float> q, Tensor<float> k, Tensor<float> v, int heads)
    {
        var shapes = $"q {Dense.Shape(q)}, k {Dense.Shape(k)}, v {Dense.Shape(v)}, {heads} heads";
        if (q.Rank != 3)
            throw new ArgumentException($"Nn.CausalAttention: {shapes}: q has {q.Rank} dimension(s); need [batch, length, heads · head size].", nameof(q));
        ShapeCheck.SameLeading("Nn.CausalAttention", nameof(q), q, 1, nameof(k), k, 1);
        ShapeCheck.SameLeading("Nn.CausalAttention", nameof(k), k, 0, nameof(v), v, 0);
        if (heads < 1 || q.Lengths[2] % heads != 0)
            throw new ArgumentException($"Nn.CausalAttention: {shapes}: dimension 2 of q is {q.Lengths[2]}; need a multiple of heads.", nameof(heads));
        var size = q.Lengths[2] / heads;
        if (k.Lengths[2] < size || k.Lengths[2] % size != 0 || heads % (k.Lengths[2] / size) != 0)
            throw new ArgumentException(
                $"Nn.CausalAttention: {shapes}: dimension 2 of k is {k.Lengths[2]} for a head size of {size}; " +
                "need head size times a number of key-value heads that divides heads.",
                nameof(k));
    }
}
