namespace Shardwright.Execution;

/// <summary>
/// How results are rounded: to nearest with ties to even, or stochastically. A stochastic result is one of the two neighbours, the upper one with the probability
/// (x − lower) / (upper − lower) (to 16 bits for bf16, 20 or 21 for the eight-bit formats), so that its mean is x; what is exact stays. Its random bits are a function
/// of (<see cref="Key"/>, element index) alone: see <see cref="RandomBits"/>. <c>default</c> rounds nothing.
/// </summary>
public readonly struct Rounding
{
    private Rounding(NumberFormat format, bool stochastic, uint key, long first)
        => (Format, IsStochastic, Key, First) = (format, stochastic, key, first);

    /// <summary>The format of the results.</summary>
    public NumberFormat Format { get; }

    /// <summary>Whether random bits decide between the two neighbours.</summary>
    public bool IsStochastic { get; }

    /// <summary>The stream of random bits; a tensor of a step needs its own.</summary>
    public uint Key { get; }

    /// <summary>The index of the span's first element in the stream, e.g. in the global tensor; it counts modulo 2³².</summary>
    public long First { get; }

    /// <summary>Whether nothing is rounded.</summary>
    public bool IsNone => Format == NumberFormat.Float32;

    /// <summary>To nearest, ties to even.</summary>
    public static implicit operator Rounding(NumberFormat format) => new(format, false, 0, 0);

    /// <summary>Stochastic rounding.</summary>
    /// <param name="format">The format of the results.</param>
    /// <param name="key">The stream of random bits.</param>
    /// <param name="first">The index of the first element in that stream.</param>
    public static Rounding Stochastic(NumberFormat format, uint key, long first = 0) => new(format, true, key, first);

    /// <summary>The same rounding for a part that starts <paramref name="elements"/> further on.</summary>
    public Rounding Skip(long elements) => new(Format, IsStochastic, Key, First + elements);
}
