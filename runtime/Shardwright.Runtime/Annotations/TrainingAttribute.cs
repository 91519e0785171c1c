namespace Shardwright;

/// <summary>What shapes the training program and must therefore be known at compile time. Rates and schedules are run-time options of the trainer.</summary>
/// <param name="optimizer">The optimizer whose update is generated.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TrainingAttribute(Optimizer optimizer = Optimizer.AdamW) : Attribute
{
    /// <summary>The optimizer whose update is generated.</summary>
    public Optimizer Optimizer => optimizer;

    /// <summary>Micro-batches whose gradients are accumulated into one step.</summary>
    public int MicroBatches { get; set; } = 1;

    /// <summary>Whether the gradient is scaled down to the trainer's clip norm when its global norm is larger.</summary>
    public bool Clip { get; set; } = true;
}
