namespace Shardwright.Hardware;

/// <summary>What a training framework adds to the machine: fixed times, and streams of memory that its kernels do not fuse. Fitted on measurements of that framework.</summary>
public sealed record FrameworkRates
{
    /// <summary>Time in which the host issues one op, picoseconds: a layer takes at least this for each of its ops.</summary>
    public required long HostPicoseconds { get; init; }

    /// <summary>Fixed time of a micro-batch, picoseconds.</summary>
    public long MicroBatchPicoseconds { get; init; }

    /// <summary>Fixed time of a step, picoseconds.</summary>
    public long StepPicoseconds { get; init; }

    /// <summary>Bytes moved for each logit by cross-entropy, forward and backward, products apart.</summary>
    public required int LogitBytes { get; init; }

    /// <summary>Bytes of a gradient on the wire.</summary>
    public int GradientBytes { get; init; } = 2;

    /// <summary>Bytes moved for each parameter and micro-batch to add a 2-byte gradient to a float32 sum.</summary>
    public int AccumulationBytes { get; init; } = 10;

    /// <summary>Bytes moved for each parameter by the update.</summary>
    public int UpdateBytes { get; init; } = OptimizerTime.AdamWMixedBytes;

    /// <summary>Buckets in which gradients are reduced while the backward pass goes on; 1 without overlap.</summary>
    public int GradientBuckets { get; init; } = 1;
}
