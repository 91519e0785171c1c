using Shardwright;
using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>A piece of an arena, in a form that a lambda may hold.</summary>
public readonly record struct Block(Arena Arena, long Offset, int Length)
{
    public Span<float> Span => Arena.Floats(Offset, Length);

    public Span<int> Integers => Arena.Integers(Offset, Length);
}

/// <summary>The memory of one case: the arena of a rank, so that alignment and pages are those of a training step.</summary>
public sealed class Buffers : IDisposable
{
    private const long Most = 1L << 30;

    private readonly Random random = new(1);
    private readonly List<IDisposable> owned = [];
    private long used;

    public Arena Arena { get; } = new(rank: 0, staticBytes: Most, routedBytes: 0, capacityBytes: Most, buffers: []);

    /// <summary>Zeros.</summary>
    public Block Floats(int length)
    {
        var block = new Block(Arena, used, length);
        used += ((long)length * sizeof(float) + 63) / 64 * 64;
        return block;
    }

    /// <summary>Uniform in [low, high).</summary>
    public Block Random(int length, float low = -1, float high = 1)
    {
        var block = Floats(length);
        foreach (ref float value in block.Span)
            value = low + (high - low) * random.NextSingle();
        return block;
    }

    /// <summary>Uniform in [0, below).</summary>
    public Block RandomIntegers(int length, int below)
    {
        var block = Floats(length);
        foreach (ref int value in block.Integers)
            value = random.Next(below);
        return block;
    }

    /// <summary>Weights [matrices, rows, columns] as the right operands of products.</summary>
    public PackedWeights Packed(Block weights, int matrices, int rows, int columns, NumberFormat format = NumberFormat.Float32)
    {
        var packed = new PackedWeights(Arena, weights.Offset, matrices, rows, columns, format);
        owned.Add(packed);
        return packed;
    }

    public void Dispose()
    {
        foreach (var item in owned)
            item.Dispose();
        Arena.Dispose();
    }
}
