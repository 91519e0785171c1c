namespace Shardwright.Hardware;

/// <summary>How long each engine is busy with one op, in picoseconds, and what the op did. The engines work on the op's tiles at the same time: the slowest decides.</summary>
/// <param name="Tensor">Busy time of the tensor engine.</param>
/// <param name="Vector">Busy time of the vector engine.</param>
/// <param name="Scalar">Busy time of the scalar engine.</param>
/// <param name="GpSimd">Busy time of the general-purpose engine.</param>
/// <param name="Dma">Busy time of DMA and HBM.</param>
/// <param name="Overhead">Fixed time before the engines start: issue, descriptors, semaphores, kernel launch.</param>
/// <param name="Flops">Floating-point operations of products.</param>
/// <param name="HbmBytes">Bytes between HBM and the core.</param>
public readonly record struct EngineTimes(long Tensor, long Vector, long Scalar, long GpSimd, long Dma, long Overhead, long Flops, long HbmBytes)
{
    /// <summary>Time of the slowest engine, without the overhead.</summary>
    public long Slowest => Math.Max(Math.Max(Math.Max(Tensor, Vector), Math.Max(Scalar, GpSimd)), Dma);

    /// <summary>From start to end of the op.</summary>
    public long Duration => Slowest + Overhead;

    /// <summary>The engine that decides; the first in the order of <see cref="Engine"/> on a tie.</summary>
    public Engine Bound => Slowest == Tensor ? Engine.Tensor : Slowest == Vector ? Engine.Vector : Slowest == Scalar ? Engine.Scalar : Slowest == GpSimd ? Engine.GpSimd : Engine.Dma;

    /// <summary>Busy time of one engine.</summary>
    public long this[Engine engine] => engine switch
    {
        Engine.Tensor => Tensor,
        Engine.Vector => Vector,
        Engine.Scalar => Scalar,
        Engine.GpSimd => GpSimd,
        Engine.Dma => Dma,
        _ => 0,
    };
}
