using System.ComponentModel;
using System.Numerics.Tensors;

namespace Shardwright;

/// <content>The router's settings. All of them change the numbers, so they are code that the eager run obeys, and the generated program with it.</content>
public sealed partial class ExpertGroup<T>
{
    /// <summary>
    /// What ranks the experts and makes the gates. Default: the softmax. An expert's score grows with its logit, so experts are chosen by their logits, also where
    /// a score saturates; equal logits go to the lower expert.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no <see cref="RouterScore"/>.</exception>
    public RouterScore Score
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Score), value, $"ExpertGroup: Score is {value}; need Softmax, Sigmoid or SqrtSoftplus.");
    }

    /// <summary>
    /// Whether the gates of a token are its kept scores divided by their sum (with the softmax: the softmax over the kept logits), as by default, or the scores
    /// themselves. To the sum of other scores than the softmax 10⁻²⁰ is added, as DeepSeek-V3 does: they may all be 0.
    /// </summary>
    public bool Renormalize { get; init; } = true;

    /// <summary>Factor of every gate, DeepSeek's routed scaling factor (2.5 in DeepSeek-V3); above 0, default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number above 0.</exception>
    public float GateScale
    {
        get;
        init => field = float.IsFinite(value) && value > 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(GateScale), value, $"ExpertGroup: GateScale is {value}; need a finite number above 0.");
    } = 1;

    /// <summary>
    /// Equal groups that the experts fall into, in order; a token's experts come from <see cref="KeptGroups"/> of them alone. With experts laid out in order, groups are
    /// nodes, and a token is sent to so many nodes at most (DeepSeek's node-limited routing). A token's groups are ranked by the sum of their two largest scores
    /// (DeepSeek-V3, arXiv:2412.19437, section 2.1.2), with softmax scores by the largest (DeepSeek-V2, arXiv:2405.04434, section 2.1.2); scores with <see cref="Bias"/>. Default 1.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The groups do not divide the experts, or keep fewer than topK.</exception>
    public int RouterGroups
    {
        get => Math.Max(1, field);
        init
        {
            if (value < 1 || Count % value != 0)
                throw new ArgumentOutOfRangeException(nameof(RouterGroups), value, $"ExpertGroup: RouterGroups is {value} for {Count} experts; need a number that divides them.");
            field = value;
            RequireGroups();
        }
    }

    /// <summary>Groups that a token may use, 1 to <see cref="RouterGroups"/>; default all of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many groups, or they hold fewer than topK experts.</exception>
    public int KeptGroups
    {
        get => field == 0 ? RouterGroups : field;
        init
        {
            if (value < 1)
                throw new ArgumentOutOfRangeException(nameof(KeptGroups), value, $"ExpertGroup: KeptGroups is {value}; need at least 1.");
            field = value;
            RequireGroups();
        }
    }

    /// <summary>Coefficient of the load-balancing loss E · Σ_e f_e · P_e, P_e being the mean of the scores divided by their sum; 0 = none.</summary>
    public float BalanceLoss { get; init; }

    /// <summary>Over which tokens the balance loss is taken; default the micro-batch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no <see cref="Shardwright.BalanceScope"/>.</exception>
    public BalanceScope BalanceScope
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(BalanceScope), value, $"ExpertGroup: BalanceScope is {value}; need MicroBatch, Sequence or GlobalBatch.");
    }

    /// <summary>Coefficient of the router z-loss, the mean over tokens of logsumexp(logits)²; 0 = none.</summary>
    public float RouterZLoss { get; init; }

    /// <summary>
    /// Balancing without a loss (Wang et al. 2024, arXiv:2408.15664, algorithm 1; DeepSeek-V3): experts are chosen by score + <see cref="Bias"/>, gates come from the score alone, and after
    /// every optimizer step <see cref="Bias"/> rises by this for an expert with less than the mean load of the step, and falls for one with more; 0.001 is usual, 0 = off.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number of at least 0.</exception>
    public float BiasRate
    {
        get;
        init => field = float.IsFinite(value) && value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(BiasRate), value, $"ExpertGroup: BiasRate is {value}; need a finite number of at least 0.");
    }

    /// <summary>
    /// In training, every logit is multiplied by a random factor of [1 − Jitter, 1 + Jitter) before anything else, so that tokens explore other experts (Switch Transformer,
    /// arXiv:2101.03961, section 2.2, there on the router's input). The factors are functions of seed, step, micro-batch, group, layer, token and expert. Below 1; 0 = none. Eager runs
    /// draw them inside <see cref="RouterNoise.At"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
    public float Jitter
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Jitter), value, $"ExpertGroup: Jitter is {value}; need 0 up to, but not, 1.");
    }

    /// <summary>
    /// What <see cref="BiasRate"/> or <see cref="QuantileBalancing"/> adds to the scores when experts are chosen, [<see cref="Count"/>]: state, without a gradient; zeros at first. Without one of them it has
    /// no part in anything.
    /// </summary>
    public State Bias { get; }

    /// <summary>Where the group sits in its model; null until its model named it.</summary>
    public string? Path { get; private set; }

    private int site, layer;

    private RouterRule Rule => new(Count, TopK)
    {
        Score = Score,
        Renormalize = Renormalize,
        GateScale = GateScale,
        Groups = RouterGroups,
        KeptGroups = KeptGroups,
        Bias = BiasRate == 0 && !QuantileBalancing ? null : Stored.Read(Bias.Value).ToArray(),
        SinkhornIterations = RouterNoise.Key(site, layer) is null ? 0 : SinkhornIterations,
        CapacityFactor = CapacityFactor,
        DropOrder = DropOrder,
        Path = Path,
    };

    private ReadOnlySpan<float> WithJitter(ReadOnlySpan<float> logits)
    {
        if (Jitter == 0 || RouterNoise.Key(site, layer) is not { } key)
            return logits;
        var jittered = new float[logits.Length];
        RouterJitter.Apply(logits, jittered, Jitter, key, first: 0);
        return jittered;
    }

    /// <summary>Moves <see cref="Bias"/> after an optimizer step, as a trainer does: bias_e += <see cref="BiasRate"/> · sign(mean load − load_e).</summary>
    /// <param name="load">Copies of tokens that each expert had in the step, over all micro-batches, [<see cref="Count"/>]: <see cref="StepReport.TokensPerExpert"/>.</param>
    /// <exception cref="ArgumentException">There are not as many loads as experts.</exception>
    public void UpdateBias(ReadOnlySpan<int> load)
    {
        if (load.Length != Count)
            throw new ArgumentException($"ExpertGroup.UpdateBias: got {load.Length} loads; need {Count}, one an expert.", nameof(load));
        var bias = Stored.Read(Bias.Value).ToArray();
        RouterBias.Update(bias, Array.ConvertAll(load.ToArray(), copies => (float)copies), BiasRate);
        Bias.Value = Tensor.Create(bias, [Count]);
    }

    /// <summary>Tells the group its place in the model, for messages and random numbers: called by generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Name(string path, int site, int layer)
    {
        ArgumentNullException.ThrowIfNull(path);
        (Path, this.site, this.layer) = (path, site, layer);
    }

    // Either may be set first: what is not set yet holds everything.
    private void RequireGroups()
    {
        if (RouterGroups > 1 && (KeptGroups > RouterGroups || Count / RouterGroups * KeptGroups < TopK))
            throw new ArgumentOutOfRangeException(
                nameof(KeptGroups), KeptGroups,
                $"ExpertGroup: KeptGroups is {KeptGroups} of {RouterGroups} groups of {Count / RouterGroups} experts; need 1 to {RouterGroups}, with at least topK = {TopK} experts in them.");
    }
}
