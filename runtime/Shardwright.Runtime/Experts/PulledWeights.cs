namespace Shardwright.Execution;

/// <summary>One parameter's weights on their way from homes to slots.</summary>
/// <param name="weights">The parameter's matrices of this rank's experts, [local experts, elements].</param>
/// <param name="slots">Where those of replicas go, [slots, elements].</param>
/// <param name="store">Format in which they travel and lie in slots.</param>
public readonly ref struct PulledWeights(ReadOnlySpan<float> weights, Span<float> slots, NumberFormat store = NumberFormat.Float32)
{
    /// <summary>This rank's matrices.</summary>
    public ReadOnlySpan<float> Weights { get; } = weights;

    /// <summary>This rank's slots.</summary>
    public Span<float> Slots { get; } = slots;

    /// <summary>Format in which weights travel.</summary>
    public NumberFormat Store { get; } = store;

    internal bool IsEmpty => Weights.IsEmpty;

    internal int ElementBytes => Store == NumberFormat.BFloat16 ? 2 : sizeof(float);
}
