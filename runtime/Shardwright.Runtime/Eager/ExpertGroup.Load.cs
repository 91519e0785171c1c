using System.Numerics.Tensors;

namespace Shardwright;

/// <content>What keeps the experts' load even by the choice itself, sequence by sequence: dimension 0 of the logits says which tokens belong together.</content>
public sealed partial class ExpertGroup<T>
{
    /// <summary>
    /// Balancing by quantiles (Megatron-LM's <c>quantile_balancing</c>, coordinate descent on the dual of the assignment of equal loads): experts are chosen by score + <see cref="Bias"/>, gates come from the
    /// score alone, and after every optimizer step <see cref="Bias"/> is set anew. With α a token's (topK + 1)-th largest score + bias, an expert's bias becomes −((⌊T · topK ÷ <see cref="Count"/>⌋ + 1)-th
    /// largest score − α of a sequence of T tokens), the mean over the step's sequences. Megatron takes the mean over micro-batches of ranks; a sequence is its micro-batch of one, and the same on every mesh.
    /// </summary>
    public bool QuantileBalancing { get; init; }

    /// <summary>
    /// In training, iterations that scale the rows and columns of e^logits of a sequence in turn, so that tokens have equal weight and experts have equal load, before experts are chosen by the result (Clark
    /// et al. 2022, arXiv:2202.01169, S-BASE; Megatron-LM's <c>sinkhorn</c>, which stops at a tolerance). No gradient passes through them, and gates come from the logits as they are; in
    /// Megatron-LM these are sigmoids for topK = 1, else the softmax, without <see cref="Renormalize"/>. Eager runs do so inside <see cref="RouterNoise.At"/>. 0 = none; 8 usually suffice.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not 0 to 1000.</exception>
    public int SinkhornIterations
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(SinkhornIterations), value, $"ExpertGroup: SinkhornIterations is {value}; need 0 to 1000.");
    }

    /// <summary>
    /// How many copies of a sequence of T tokens an expert computes: ⌈T · topK ÷ <see cref="Count"/> · this⌉ (GShard, arXiv:2006.16668, section 2.2; 1.25 is usual). Which of more are kept says
    /// <see cref="DropOrder"/>; the others are dropped: the expert adds nothing to their tokens, and they travel nowhere. Gates are those of all of a token's experts, renormalised before the drop, as in
    /// Megatron-LM; the balance loss counts dropped copies too, <see cref="UpdateBias"/> does not. 0 = every copy is computed, as by default. With topK = <see cref="Count"/>, <see cref="Renormalize"/> off,
    /// <see cref="DropOrder.Probability"/> and c ÷ <see cref="Count"/>, experts choose their tokens, c experts a token in the mean (expert choice, Zhou et al. 2022, arXiv:2202.09368).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number of at least 0.</exception>
    public float CapacityFactor
    {
        get;
        init => field = float.IsFinite(value) && value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(CapacityFactor), value, $"ExpertGroup: CapacityFactor is {value}; need a finite number above 0, or 0 to drop nothing.");
    }

    /// <summary>Which copies are kept beside a <see cref="CapacityFactor"/>; default those of the first tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no <see cref="Shardwright.DropOrder"/>.</exception>
    public DropOrder DropOrder
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(DropOrder), value, $"ExpertGroup: DropOrder is {value}; need Position or Probability.");
    }

    /// <summary>Sets <see cref="Bias"/> after an optimizer step, as a trainer does with <see cref="QuantileBalancing"/>.</summary>
    /// <param name="logits">The step's logits as the router saw them (with their <see cref="Jitter"/>), a tensor [sequences, ..., <see cref="Count"/>] for each micro-batch.</param>
    /// <exception cref="InvalidOperationException">The group has no <see cref="QuantileBalancing"/>, or settings that do not go with it.</exception>
    /// <exception cref="ArgumentException">There are no logits, or not one for each expert.</exception>
    public void UpdateQuantileBias(params ReadOnlySpan<Tensor<float>> logits)
    {
        if (!QuantileBalancing)
            throw new InvalidOperationException("ExpertGroup.UpdateQuantileBias: the group has no QuantileBalancing, so its Bias follows no quantiles; set it, or call UpdateBias.");
        if (logits.IsEmpty)
            throw new ArgumentException("ExpertGroup.UpdateQuantileBias: got no logits; need one tensor a micro-batch.", nameof(logits));
        var bias = Stored.Read(Bias.Value).ToArray();
        var sums = new double[Count];
        var sequences = 0;
        foreach (var own in logits)
        {
            if (own.Lengths[^1] != Count)
                throw new ArgumentException($"ExpertGroup.UpdateQuantileBias: logits {Dense.Shape(own)}; need [sequences, ..., {Count}], one logit an expert.", nameof(logits));
            Require(own, "UpdateQuantileBias");
            int each = Dense.Rows(own) / (int)own.Lengths[0];
            for (var s = 0; s < own.Lengths[0]; s++)
                RouterQuantiles.Add(Stored.Read(own).Slice(s * each * Count, each * Count), Score, TopK, bias, sums);
            sequences += (int)own.Lengths[0];
        }

        Bias.Value = Tensor.Create(Array.ConvertAll(sums, sum => (float)(sum / sequences)), [Count]);
    }

    private readonly Dictionary<int, int[]> chosen = [];
    private int chosenStep = -1;

    // Copies that experts had in the step's micro-batches up to this one, [Count]. By micro-batch, so that one that runs again counts once.
    private int[] StepLoad(int[] experts)
    {
        var load = new int[Count];
        foreach (var expert in experts)
            load[expert]++;
        if (RouterNoise.Place is not { } at)
            return load;
        if (at.Step != chosenStep)
            chosen.Clear();
        chosenStep = at.Step;
        chosen[at.MicroBatch] = load;
        return [.. Enumerable.Range(0, Count).Select(e => chosen.Where(own => own.Key <= at.MicroBatch).Sum(own => own.Value[e]))];
    }

    // Settings may come in any order, so what holds between them is said when the group runs.
    private void Require(Tensor<float> logits, string method)
    {
        if (Conflict() is { } conflict)
            throw new InvalidOperationException($"ExpertGroup.{method}: {conflict}.");
        if (logits.Rank < 3 && SequenceSetting() is { } setting)
            throw new ArgumentException(
                $"ExpertGroup.{method}: logits {Dense.Shape(logits)}, and {setting}; need [sequences, tokens, {Count}]: dimension 0 says which tokens belong together.", nameof(logits));
    }

    private string? SequenceSetting() => BalanceScope == BalanceScope.Sequence ? "BalanceScope is Sequence"
        : QuantileBalancing ? "QuantileBalancing is on"
        : SinkhornIterations > 0 ? $"SinkhornIterations is {SinkhornIterations}"
        : CapacityFactor > 0 ? $"CapacityFactor is {CapacityFactor}" : null;

    private string? Conflict()
    {
        if (QuantileBalancing && TopK == Count)
            return $"QuantileBalancing is on, but every token goes to all {Count} experts, whose load is even; need topK below {Count}";
        if (DropOrder != DropOrder.Position && CapacityFactor == 0)
            return $"DropOrder is {DropOrder}, and nothing is dropped; set a CapacityFactor";
        var balancing = QuantileBalancing ? nameof(QuantileBalancing) : SinkhornIterations > 0 ? nameof(SinkhornIterations) : null;
        return balancing is null ? null
            : BiasRate > 0 ? $"{balancing} and BiasRate both even out the load; take one of them"
            : BalanceLoss != 0 ? $"{balancing} and BalanceLoss both even out the load; take one of them"
            : QuantileBalancing && SinkhornIterations > 0 ? "QuantileBalancing and SinkhornIterations both even out the load; take one of them"
            : RouterGroups > 1 ? $"{balancing} is for a choice among all experts, but RouterGroups is {RouterGroups}; take one of them"
            : null;
    }
}
