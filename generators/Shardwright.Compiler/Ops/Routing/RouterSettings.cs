using System.Globalization;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>The names and numbers of the runtime's <c>RouterScore</c>.</summary>
public enum ScoreKind
{
    Softmax,
    Sigmoid,
    SqrtSoftplus,
}

/// <summary>The names and numbers of the runtime's <c>DropOrder</c>.</summary>
public enum DropKind
{
    Position,
    Probability,
}

/// <summary>What an expert group's initialiser says of its router; the defaults are the runtime's.</summary>
public sealed record RouterSettings
{
    public ScoreKind Score { get; init; }

    public bool Renormalize { get; init; } = true;

    public double GateScale { get; init; } = 1;

    public int Groups { get; init; } = 1;

    /// <summary>0 = all.</summary>
    public int KeptGroups { get; init; }

    public bool BalancesSequences { get; init; }

    /// <summary>Whether the balance loss takes the load of the step's micro-batches up to the running one.</summary>
    public bool BalancesStep { get; init; }

    /// <summary>How far factors of the logits lie from 1; 0 = none.</summary>
    public double Jitter { get; init; }

    /// <summary>0 = no bias.</summary>
    public double BiasRate { get; init; }

    /// <summary>Whether the bias is set by quantiles of the scores.</summary>
    public bool QuantileBalancing { get; init; }

    /// <summary>Iterations that even out the logits of a sequence before the choice, in training; 0 = none.</summary>
    public int SinkhornIterations { get; init; }

    /// <summary>0 = every copy is computed.</summary>
    public double CapacityFactor { get; init; }

    public DropKind DropOrder { get; init; }

    public double BalanceLoss { get; init; }

    public double RouterZLoss { get; init; }

    /// <summary>Whether the gates are the softmax over the kept logits and the balance loss is the micro-batch's, which has kernels of its own.</summary>
    public bool IsUsual => this is { Score: ScoreKind.Softmax, Renormalize: true, GateScale: 1, BalancesSequences: false };

    /// <summary>Whether experts are chosen by more than the order of the logits.</summary>
    public bool IsRanked => Groups > 1 || HasBias;

    /// <summary>Whether a bias has a part in the choice.</summary>
    public bool HasBias => BiasRate != 0 || QuantileBalancing;

    /// <summary>The setting that looks at sequences one by one; null where none does.</summary>
    public string? SequenceSetting => BalancesSequences ? "BalanceScope is Sequence"
        : QuantileBalancing ? "QuantileBalancing is on"
        : SinkhornIterations > 0 ? $"SinkhornIterations is {SinkhornIterations}"
        : CapacityFactor > 0 ? $"CapacityFactor is {((float)CapacityFactor).ToString(CultureInfo.InvariantCulture)}" : null;
}
