namespace Shardwright;

/// <summary>Over which tokens the balance loss compares the experts' load with their probability.</summary>
public enum BalanceScope
{
    /// <summary>All tokens of a micro-batch, over all ranks: E · Σ_e f_e · P_e (Switch Transformer, arXiv:2101.03961, equation 4).</summary>
    MicroBatch,

    /// <summary>Each sequence by itself, the mean over the sequences: no sequence may lean on a few experts (DeepSeek-V3, arXiv:2412.19437, equations 17 to 20).</summary>
    Sequence,

    /// <summary>
    /// The step: probabilities of the micro-batch's tokens by the load of the step's micro-batches up to this one, over all ranks. Experts may then specialise on one micro-batch's kind of text (Qiu et al. 2025,
    /// arXiv:2501.11873; Megatron-LM's <c>global_aux_loss</c>). Eager runs count earlier micro-batches inside <see cref="RouterNoise.At"/> of one step.
    /// </summary>
    GlobalBatch,
}
