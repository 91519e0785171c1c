namespace Shardwright.Hardware;

/// <summary>Sizes of one MoE layer of gated experts, down(silu(gate(x)) · up(x)), three matrices of width × hidden each.</summary>
/// <param name="Width">Elements of a token's row, d.</param>
/// <param name="Hidden">Hidden elements of an expert, f.</param>
/// <param name="TopK">Experts a token goes to, k.</param>
/// <param name="Tokens">Tokens of a rank in a micro-batch.</param>
public sealed record ExpertLayerShape(int Width, int Hidden, int TopK, int Tokens)
{
    /// <summary>Format of the products' operands.</summary>
    public OperandFormat Format { get; init; } = OperandFormat.BFloat16;

    /// <summary>Bytes of an activation, in HBM and on links.</summary>
    public int ElementBytes { get; init; } = 2;

    /// <summary>Bytes of a weight of a replica on its way.</summary>
    public int WeightBytes { get; init; } = 2;

    /// <summary>Bytes of a replica's gradient on its way home.</summary>
    public int GradientBytes { get; init; } = 4;

    /// <summary>Whether layers share the slots of replicas, so that the backward pass pulls their weights once more.</summary>
    public bool SharesSlots { get; init; } = true;

    /// <summary>The layer as the compiler emits it in a format: 8-bit formats are of operands alone, and weights of replicas travel in bfloat16 where products take bfloat16, else in float32.</summary>
    public ExpertLayerShape In(OperandFormat format) => this with { Format = format, ElementBytes = format == OperandFormat.Float32 ? 4 : 2, WeightBytes = format == OperandFormat.BFloat16 ? 2 : 4 };

    /// <summary>Rows that a rank sends: tokens · k.</summary>
    public long Copies => checked((long)Tokens * TopK);

    /// <summary>Bytes of a row on links.</summary>
    public int RowBytes => checked(Width * ElementBytes);

    /// <summary>Weights of an expert: 3 · d · f.</summary>
    public long ExpertWeights => checked(3L * Width * Hidden);

    /// <summary>Bytes of an expert's weights on their way to a replica: 3 · d · f · s.</summary>
    public long ReplicaWeightBytes => checked(ExpertWeights * WeightBytes);

    /// <summary>Bytes of a replica's gradients on their way home.</summary>
    public long ReplicaGradientBytes => checked(ExpertWeights * GradientBytes);

    /// <summary>Bytes that a replica costs in a forward and a backward pass: its weights once or twice, its gradients once.</summary>
    public long ReplicaBytes => checked(ReplicaWeightBytes * (SharesSlots ? 2 : 1) + ReplicaGradientBytes);
}
