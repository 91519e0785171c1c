namespace Shardwright.Execution;

/// <summary>The constants of an eight-bit format, which the JIT folds into the code of every kernel over it.</summary>
internal interface ISmallFormat
{
    static abstract int FractionBits { get; }

    static abstract float SmallestNormal { get; }

    static abstract float LargestFinite { get; }

    /// <summary>The magnitude that a larger one is first cut to: what follows the largest finite value where that becomes infinity, else the largest finite value.</summary>
    static abstract float Limit { get; }

    static abstract bool HasInfinity { get; }
}

internal readonly struct E4M3 : ISmallFormat
{
    public static int FractionBits => 3;

    public static float SmallestNormal => 1f / 64;

    public static float LargestFinite => 240;

    public static float Limit => 256;

    public static bool HasInfinity => true;
}

internal readonly struct E4M3Fn : ISmallFormat
{
    public static int FractionBits => 3;

    public static float SmallestNormal => 1f / 64;

    public static float LargestFinite => 448;

    public static float Limit => 448;

    public static bool HasInfinity => false;
}

internal readonly struct E5M2 : ISmallFormat
{
    public static int FractionBits => 2;

    public static float SmallestNormal => 1f / 16384;

    public static float LargestFinite => 57344;

    public static float Limit => 65536;

    public static bool HasInfinity => true;
}
