namespace Shardwright;

/// <summary>What a router makes of a token's logits x [experts]: the score that ranks the experts, from which gates and the balance loss's probabilities follow.</summary>
public enum RouterScore
{
    /// <summary>e^x ÷ Σ over all experts of e^x (Shazeer et al. 2017, arXiv:1701.06538; Switch, Mixtral, DeepSeek-V2).</summary>
    Softmax,

    /// <summary>1 ÷ (1 + e^−x), each expert by itself (DeepSeek-V3, arXiv:2412.19437, equation 15).</summary>
    Sigmoid,

    /// <summary>√(log(1 + e^x)), each expert by itself and without a largest value (DeepSeek-V4's reference inference code).</summary>
    SqrtSoftplus,
}
