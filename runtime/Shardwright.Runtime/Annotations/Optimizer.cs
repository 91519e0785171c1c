namespace Shardwright;

/// <summary>An optimizer that the generated program can update parameters with.</summary>
public enum Optimizer
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101).</summary>
    AdamW,
}
