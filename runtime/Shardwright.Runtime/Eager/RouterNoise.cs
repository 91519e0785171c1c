namespace Shardwright;

/// <summary>
/// The place in training that eager runs stand at, from <see cref="At"/> to <see cref="Dispose"/> in this flow of control: <c>using (RouterNoise.At(seed, step, microBatch)) model.Objective(…);</c>
/// <see cref="ExpertGroup{T}.Jitter"/> then draws what the trainer draws there, and <see cref="ExpertGroup{T}.SinkhornIterations"/> even out the choice. Outside of it there is neither, as in a trainer's <c>Evaluate</c> and <c>Forward</c>.
/// </summary>
public sealed class RouterNoise : IDisposable
{
    private static readonly AsyncLocal<RouterNoise?> Ambient = new();
    private readonly RouterNoise? outer;
    private readonly ulong seed;
    private readonly int step, microBatch;

    private RouterNoise(ulong seed, int step, int microBatch) => (this.seed, this.step, this.microBatch, outer) = (seed, step, microBatch, Ambient.Value);

    /// <summary>Stands at a micro-batch of a step.</summary>
    /// <param name="seed"><see cref="TrainerOptions.Seed"/> of the trainer.</param>
    /// <param name="step">Step, from 0.</param>
    /// <param name="microBatch">Micro-batch of the step, from 0.</param>
    public static RouterNoise At(ulong seed, int step, int microBatch) => Ambient.Value = new(seed, step, microBatch);

    /// <summary>Stands where it was before.</summary>
    public void Dispose()
    {
        if (Ambient.Value == this)
            Ambient.Value = outer;
    }

    /// <summary>Step and micro-batch; null outside of training.</summary>
    internal static (int Step, int MicroBatch)? Place => Ambient.Value is { } at ? (at.step, at.microBatch) : null;

    /// <summary>The key of a group's factors; null where there is no noise.</summary>
    internal static ulong? Key(int site, int layer) => Ambient.Value is { } at ? RouterJitter.Key(at.seed, at.step, at.microBatch, site, layer) : null;
}
