namespace Shardwright;

/// <summary>
/// Collects the auxiliary losses of every <see cref="ExpertGroup{T}"/> that runs eagerly between <see cref="Record"/> and <see cref="Dispose"/>, added over layers.
/// The trained objective is the model's <c>Loss</c> plus <see cref="Total"/>.
/// </summary>
public sealed class AuxiliaryLosses : IDisposable
{
    private static readonly AsyncLocal<AuxiliaryLosses?> Ambient = new();
    private readonly AuxiliaryLosses? outer;

    private AuxiliaryLosses(AuxiliaryLosses? outer) => this.outer = outer;

    /// <summary>Σ over groups of coefficient · E · Σ_e f_e · P_e (Fedus, Zoph and Shazeer 2021, arXiv:2101.03961, equation 4, for top-k routing).</summary>
    public float Balance { get; private set; }

    /// <summary>Σ over groups of coefficient · mean over tokens of logsumexp(logits)² (Zoph et al. 2022, arXiv:2202.08906, equation 5).</summary>
    public float RouterZ { get; private set; }

    /// <summary><see cref="Balance"/> + <see cref="RouterZ"/>.</summary>
    public float Total => Balance + RouterZ;

    /// <summary>Starts recording in this flow of control. A recorder inside another one also adds to the outer one.</summary>
    public static AuxiliaryLosses Record() => Ambient.Value = new AuxiliaryLosses(Ambient.Value);

    /// <summary>Stops recording.</summary>
    public void Dispose()
    {
        if (Ambient.Value == this)
            Ambient.Value = outer;
    }

    internal static void Add(float balance, float routerZ)
    {
        for (var recorder = Ambient.Value; recorder is not null; recorder = recorder.outer)
        {
            recorder.Balance += balance;
            recorder.RouterZ += routerZ;
        }
    }
}
