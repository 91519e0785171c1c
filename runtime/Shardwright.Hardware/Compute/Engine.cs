namespace Shardwright.Hardware;

/// <summary>What works in parallel on one rank: the engines of a NeuronCore, the DMA engines that move data between HBM and the core, and the collective cores. A GPU has the same queues under other names.</summary>
public enum Engine
{
    /// <summary>Matrix products (TensorE; tensor cores of a GPU).</summary>
    Tensor,

    /// <summary>Element-wise arithmetic and reductions (VectorE).</summary>
    Vector,

    /// <summary>Activation functions: exponentials, sigmoids, roots (ScalarE).</summary>
    Scalar,

    /// <summary>Gather, scatter, sorting, counting (GpSimdE).</summary>
    GpSimd,

    /// <summary>Movement between HBM and the core (DMA engines; HBM itself where it is slower).</summary>
    Dma,

    /// <summary>Collective communication (collective cores; a GPU's communication stream).</summary>
    Collective,
}
