namespace Shardwright.Hardware;

/// <summary>Published figures of AWS Trainium2 (trn2).</summary>
public static class Trainium2
{
    /// <summary>
    /// HBM of one logical NeuronCore in bytes: 24 GiB. A trn2 chip has 96 GiB in four stacks of 24, each shared by two physical cores; the default
    /// logical core (LNC=2) is exactly those two.
    /// </summary>
    /// <remarks>
    /// Source: AWS Neuron SDK documentation, "Logical NeuronCore configuration" (24 GB per logical core, 4 logical cores a chip) and
    /// "Trainium2 architecture" (96 GiB a chip), which fixes the unit as GiB.
    /// </remarks>
    public const long LogicalCoreHbmBytes = 24L << 30;
}
