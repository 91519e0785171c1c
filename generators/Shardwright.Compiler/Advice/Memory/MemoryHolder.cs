namespace Shardwright.Compiler.Advice.Memory;

/// <summary>What a rank's memory is held for.</summary>
internal enum MemoryClass
{
    /// <summary>Weights, gradients and AdamW's two moments of a parameter: 16 bytes an element.</summary>
    Parameters,

    /// <summary>Kept from the forward pass for the backward pass.</summary>
    Saved,

    /// <summary>Rows that routing brought to the rank's experts: kept for the backward pass, and in work.</summary>
    RoutedRows,

    /// <summary>Read and dead again before the pass ends.</summary>
    Temporary,
}

/// <summary>One holder of memory at a position of the program: a parameter, a buffer, an expert group's rows.</summary>
/// <param name="Class">What for.</param>
/// <param name="What">Name and shape, as a message shows them.</param>
/// <param name="Bytes">Bytes on a rank at even load.</param>
/// <param name="At">Where it comes from.</param>
internal sealed record MemoryHolder(MemoryClass Class, string What, long Bytes, Cause At);
