namespace Shardwright;

/// <summary>Which copies an expert keeps when it has more than its capacity.</summary>
public enum DropOrder
{
    /// <summary>Those of the first tokens of the sequence (GShard, arXiv:2006.16668, section 2.2; Megatron-LM's <c>position</c>): a token's fate depends on no later one.</summary>
    Position,

    /// <summary>Those with the largest gates, of equals the earlier token's (Megatron-LM's <c>probs</c>): a token's fate depends on later tokens of its sequence too.</summary>
    Probability,
}
