namespace Shardwright.Hardware;

/// <summary>
/// Ops of one transformer layer on one rank, as Megatron-LM runs it: fused norms, softmax with mask, bias with GELU, and bias with dropout and residual sum; stored attention scores; 2-byte activations and one-byte
/// dropout masks. Heads and the feed-forward part are split over tensor-parallel ranks, norms and residual sums are not.
/// </summary>
public static class DenseLayerWork
{
    private const int Bytes = 2;

    /// <summary>Forward pass of a micro-batch, in order.</summary>
    /// <param name="shape">The model.</param>
    /// <param name="microBatch">b: sequences.</param>
    /// <param name="tensor">t: ranks of tensor parallelism; divides the heads.</param>
    public static IReadOnlyList<OpWork> Forward(TransformerShape shape, int microBatch, int tensor = 1)
    {
        var (tokens, width, scores) = Sizes(shape, microBatch, tensor);
        long heads = (long)microBatch * shape.Heads / tensor, head = shape.Width / shape.Heads;
        return
        [
            Stream(tokens * width, reads: 1, writes: 1),
            Product(1, tokens, width, 3 * width / tensor),
            Product(heads, shape.Sequence, head, shape.Sequence),
            Stream(scores, reads: 1, writes: 1),
            Stream(scores, reads: 1, writes: 1, masks: 1),
            Product(heads, shape.Sequence, shape.Sequence, head),
            Stream(tokens * width / tensor, reads: 1, writes: 1),
            Product(1, tokens, width / tensor, width),
            Stream(tokens * width, reads: 2, writes: 1, masks: 1),
            Stream(tokens * width, reads: 1, writes: 1),
            Product(1, tokens, width, 4 * width / tensor),
            Stream(4 * tokens * width / tensor, reads: 1, writes: 1),
            Product(1, tokens, 4 * width / tensor, width),
            Stream(tokens * width, reads: 2, writes: 1, masks: 1),
        ];
    }

    /// <summary>Backward pass of a micro-batch, without computing activations again: for each matrix dX, dW and the bias's sum; for the scores four products, dropout and softmax.</summary>
    /// <param name="shape">The model.</param>
    /// <param name="microBatch">b.</param>
    /// <param name="tensor">t.</param>
    public static IReadOnlyList<OpWork> Backward(TransformerShape shape, int microBatch, int tensor = 1)
    {
        var (tokens, width, scores) = Sizes(shape, microBatch, tensor);
        long heads = (long)microBatch * shape.Heads / tensor, head = shape.Width / shape.Heads;
        return
        [
            Stream(tokens * width, reads: 1, writes: 1, masks: 1),
            .. Linear(tokens, 4 * width / tensor, width),
            Stream(4 * tokens * width / tensor, reads: 2, writes: 1),
            .. Linear(tokens, width, 4 * width / tensor),
            Stream(tokens * width, reads: 2, writes: 1),
            Stream(tokens * width, reads: 1, writes: 1, masks: 1),
            .. Linear(tokens, width / tensor, width),
            Stream(tokens * width / tensor, reads: 1, writes: 1),
            Product(heads, shape.Sequence, head, shape.Sequence),
            Product(heads, shape.Sequence, shape.Sequence, head),
            Stream(scores, reads: 1, writes: 1, masks: 1),
            Stream(scores, reads: 2, writes: 1),
            Product(heads, shape.Sequence, shape.Sequence, head),
            Product(heads, shape.Sequence, shape.Sequence, head),
            .. Linear(tokens, width, 3 * width / tensor),
            Stream(tokens * width, reads: 2, writes: 1),
        ];
    }

    /// <summary>A product of bfloat16 (or float16) operands that reads both and writes its result.</summary>
    internal static OpWork Product(long count, long rows, long inner, long columns) => new()
    {
        Products = [new MatrixWork(count, rows, inner, columns, OperandFormat.BFloat16)],
        ReadBytes = new(Bytes * count * (rows * inner + inner * columns)),
        WriteBytes = new(Bytes * count * rows * columns),
    };

    /// <summary>An element-wise op: streams of 2-byte elements and of one-byte masks.</summary>
    internal static OpWork Stream(long elements, int reads, int writes, int masks = 0) => new()
    {
        VectorElements = new(elements * (reads + masks)),
        ReadBytes = new(elements * reads * Bytes),
        WriteBytes = new(elements * (writes * Bytes + masks)),
    };

    private static OpWork[] Linear(long tokens, long inner, long columns) =>
        [Product(1, tokens, columns, inner), Product(1, inner, tokens, columns), Stream(tokens * columns, reads: 1, writes: 0)];

    private static (long Tokens, long Width, long Scores) Sizes(TransformerShape shape, int microBatch, int tensor)
    {
        if (microBatch < 1)
            throw new ArgumentOutOfRangeException(nameof(microBatch), microBatch, "A micro-batch has at least one sequence.");
        if (tensor < 1 || shape.Heads % tensor != 0)
            throw new ArgumentOutOfRangeException(nameof(tensor), tensor, $"Tensor parallelism needs a divisor of the {shape.Heads} heads.");
        return ((long)microBatch * shape.Sequence, shape.Width, (long)microBatch * shape.Heads / tensor * shape.Sequence * shape.Sequence);
    }
}
