namespace Shardwright;

/// <summary>Over which tokens the balance loss compares the experts' load with their probability.</summary>
public enum BalanceScope
{
    /// <summary>All tokens of a micro-batch, over all ranks: E · Σ_e f_e · P_e (Switch Transformer, arXiv:2101.03961, equation 4).</summary>
    MicroBatch,

    /// <summary>Each sequence by itself, the mean over the sequences: no sequence may lean on a few experts (DeepSeek-V3, arXiv:2412.19437, equations 17 to 20).</summary>
    Sequence,
}
