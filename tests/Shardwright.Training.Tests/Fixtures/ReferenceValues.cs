using System.Text;

namespace Shardwright.Training.Tests.Fixtures;

/// <summary>
/// Parameters and inputs as the PyTorch references make them: the C# twin of <c>reference/values.py</c>, which defines the formulas.
/// A value is a pure function of (seed, name, element index), so fixtures need not store what both sides can compute.
/// </summary>
public static class ReferenceValues
{
    /// <summary>Fills a parameter with the value that it has in the references, row-major.</summary>
    /// <param name="destination">As many elements as <paramref name="shape"/> has.</param>
    /// <param name="seed">The fixture's seed.</param>
    /// <param name="path">The parameter's path, e.g. <c>Blocks[2].Experts[5].Gate</c>.</param>
    /// <param name="shape">The parameter's shape.</param>
    public static void FillParameter(Span<float> destination, int seed, string path, ReadOnlySpan<int> shape)
    {
        var bits = new BitStream(seed, path);
        var bound = shape.Length > 1 ? (float)Math.Sqrt(3.0 / shape[0]) : 0.1f;
        var isGain = shape.Length == 1 && (path.EndsWith("Norm", StringComparison.Ordinal) || path.EndsWith("Gain", StringComparison.Ordinal));
        for (var i = 0; i < destination.Length; i++)
        {
            var unit = (bits[i] - (1 << 23)) * (1f / (1 << 23));
            var scaled = unit * bound; // a variable of its own: one rounding per operation, as in NumPy, never a fused multiply-add
            destination[i] = isGain ? 1f + scaled : scaled;
        }
    }

    /// <summary>A parameter's value in the references.</summary>
    public static float[] Parameter(int seed, string path, ReadOnlySpan<int> shape)
    {
        var length = 1;
        foreach (var dimension in shape)
            length *= dimension;
        var value = new float[length];
        FillParameter(value, seed, path, shape);
        return value;
    }

    /// <summary>The tokens of one step, [micro-batch, sequence, position], in [0, vocabulary).</summary>
    public static int[] Tokens(int seed, int step, int count, int vocabulary) => Integers(seed, $"tokens/{step}", count, vocabulary);

    /// <summary>The targets of one step, [micro-batch, sequence, position], in [0, vocabulary).</summary>
    public static int[] Targets(int seed, int step, int count, int vocabulary) => Integers(seed, $"targets/{step}", count, vocabulary);

    /// <summary>The loss weights of one step, [micro-batch, sequence, position]: a quarter zeros, the others in [0.5, 2).</summary>
    public static float[] Weights(int seed, int step, int count)
    {
        var bits = new BitStream(seed, $"weights/{step}");
        var weights = new float[count];
        for (var i = 0; i < count; i++)
            weights[i] = bits[i] < 1 << 22 ? 0f : bits[i] * (1f / (1 << 23));
        return weights;
    }

    private static int[] Integers(int seed, string name, int count, int vocabulary)
    {
        var bits = new BitStream(seed, name);
        var values = new int[count];
        for (var i = 0; i < count; i++)
            values[i] = (int)(((long)bits[i] * vocabulary) >> 24);
        return values;
    }

    /// <summary>The top 24 bits of each output of splitmix64 (Steele, Lea and Flood 2014), started at the FNV-1a 64 hash of "{seed}/{name}".</summary>
    private readonly struct BitStream(int seed, string name)
    {
        private readonly ulong start = Hash($"{seed}/{name}");

        public int this[int index]
        {
            get
            {
                var z = start + (((ulong)index + 1) * 0x9E3779B97F4A7C15);
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                return (int)((z ^ (z >> 31)) >> 40);
            }
        }

        private static ulong Hash(string text)
        {
            var hash = 0xCBF29CE484222325;
            foreach (var octet in Encoding.UTF8.GetBytes(text))
                hash = (hash ^ octet) * 0x100000001B3;
            return hash;
        }
    }
}
