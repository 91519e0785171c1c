namespace Shardwright.Hardware;

/// <summary>A dense decoder with learned positions, tied embeddings and a feed-forward part of four times the width: GPT as Megatron-LM trains it.</summary>
/// <param name="Layers">l: transformer layers.</param>
/// <param name="Width">h: hidden size.</param>
/// <param name="Heads">a: attention heads.</param>
/// <param name="Sequence">s: tokens of a sequence.</param>
/// <param name="Vocabulary">V: rows of the embedding, padded as the framework pads it.</param>
public sealed record TransformerShape(int Layers, int Width, int Heads, int Sequence, int Vocabulary)
{
    /// <summary>
    /// Parameters: 12·l·h²·(1 + 13 ÷ (12·h) + (V + s) ÷ (12·l·h)) (Narayanan et al. 2021, arXiv 2104.04473, equation 2), biases and norms included.
    /// </summary>
    public long Parameters => (long)Layers * Width * (12L * Width + 13) + (long)(Vocabulary + Sequence) * Width;

    /// <summary>Parameters of the layers' matrices alone: 12 · l · h².</summary>
    public long LayerMatrixParameters => 12L * Layers * Width * Width;

    /// <summary>
    /// FLOPs of a step in products, with all activations computed twice where <paramref name="recompute"/>: 96·B·s·l·h²·(1 + s ÷ (6h) + V ÷ (16·l·h)) (Narayanan et al. 2021, equation 3); without, three
    /// quarters of the layers' part: 72·B·s·l·h²·(1 + s ÷ (6h)) + 6·B·s·h·V. Attention counts in full, as if it were not causal.
    /// </summary>
    /// <param name="sequences">B: sequences of the step.</param>
    /// <param name="recompute">Whether the forward pass of every layer runs again in the backward pass.</param>
    public double StepFlops(long sequences, bool recompute)
    {
        double tokens = (double)sequences * Sequence;
        double layers = (recompute ? 96 : 72) * tokens * Layers * Width * (Width + Sequence / 6.0);
        return layers + 6 * tokens * Width * Vocabulary;
    }

    /// <summary>FLOPs of a step by the rule of thumb: 6 · parameters · tokens.</summary>
    public double SixNd(long sequences) => 6.0 * Parameters * sequences * Sequence;

    /// <summary>
    /// Model FLOPs utilisation: FLOPs of the model, recomputation not counted, ÷ (seconds · chips · peak).
    /// </summary>
    /// <param name="sequences">Sequences of the step.</param>
    /// <param name="seconds">Duration of the step.</param>
    /// <param name="chips">Chips.</param>
    /// <param name="peakFlops">Published peak of a chip, FLOP/s (<see cref="Machine.HeadlineFlops"/>).</param>
    public double Utilization(long sequences, double seconds, int chips, double peakFlops) => StepFlops(sequences, recompute: false) / (seconds * chips * peakFlops);
}
