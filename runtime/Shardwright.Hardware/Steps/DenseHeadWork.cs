namespace Shardwright.Hardware;

/// <summary>Ops outside the layers: embedding, last norm, logits with the tied embedding, cross-entropy; forward and backward.</summary>
public static class DenseHeadWork
{
    /// <summary>All of them, for one micro-batch.</summary>
    /// <param name="shape">The model.</param>
    /// <param name="microBatch">b: sequences.</param>
    /// <param name="tensor">t: ranks that split the vocabulary.</param>
    /// <param name="logitBytes">Bytes moved for each logit by cross-entropy and its gradient; what the products read and write is not among them.</param>
    public static IReadOnlyList<OpWork> All(TransformerShape shape, int microBatch, int tensor, int logitBytes)
    {
        long tokens = (long)microBatch * shape.Sequence, width = shape.Width, vocabulary = (shape.Vocabulary + tensor - 1) / tensor;
        return
        [
            DenseLayerWork.Stream(tokens * width, reads: 2, writes: 1),
            DenseLayerWork.Stream(tokens * width, reads: 1, writes: 1),
            DenseLayerWork.Product(1, tokens, width, vocabulary),
            new OpWork { VectorElements = new(tokens * vocabulary), ReadBytes = new(tokens * vocabulary * logitBytes) },
            DenseLayerWork.Product(1, tokens, vocabulary, width),
            DenseLayerWork.Product(1, width, tokens, vocabulary),
            DenseLayerWork.Stream(tokens * width, reads: 2, writes: 1),
            DenseLayerWork.Stream(tokens * width, reads: 1, writes: 1),
        ];
    }
}
