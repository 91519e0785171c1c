using System.Text;

namespace Shardwright;

/// <summary>
/// Counter-based random numbers: the number at an index is a function of (key, index) alone, so any rank, thread or order of calls draws the same.
/// The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// </summary>
public static class CounterRandom
{
    /// <summary>The key of a stream: FNV-1a 64 of the path's UTF-8 bytes and the seed, mixed by SplitMix64.</summary>
    public static ulong Key(ulong seed, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return SplitMix(HashPath(path) + SplitMix(seed));
    }

    /// <summary>One block of Philox4x32-10: four independent 32-bit words for a 128-bit counter and a 64-bit key.</summary>
    public static (uint Word0, uint Word1, uint Word2, uint Word3) Philox(ulong counterLow, ulong counterHigh, ulong key)
    {
        uint c0 = (uint)counterLow, c1 = (uint)(counterLow >> 32), c2 = (uint)counterHigh, c3 = (uint)(counterHigh >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < 10; round++)
        {
            var product0 = 0xD2511F53ul * c0;
            var product1 = 0xCD9E8D57ul * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint)product0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>The uniform number of [0, 1) at <paramref name="index"/> of the stream; a multiple of 2⁻²⁴.</summary>
    public static float UniformAt(ulong key, long index)
    {
        var block = Philox((ulong)index >> 2, 0, key);
        return ToUniform((index & 3) switch { 0 => block.Word0, 1 => block.Word1, 2 => block.Word2, _ => block.Word3 });
    }

    /// <summary>The standard normal number at <paramref name="index"/> of the stream (Box–Muller on the block's words 0, 1 and 2, 3).</summary>
    public static float NormalAt(ulong key, long index)
    {
        var block = Philox((ulong)index >> 2, 0, key);
        var (cosine, sine) = (index & 2) == 0 ? ToNormals(block.Word0, block.Word1) : ToNormals(block.Word2, block.Word3);
        return (index & 1) == 0 ? cosine : sine;
    }

    /// <summary>Fills with the stream's uniform numbers of [0, 1) from <paramref name="firstIndex"/> on.</summary>
    public static void FillUniform(Span<float> destination, ulong key, long firstIndex = 0)
    {
        var done = 0;
        for (; done < destination.Length && ((firstIndex + done) & 3) != 0; done++)
            destination[done] = UniformAt(key, firstIndex + done);
        for (; done + 4 <= destination.Length; done += 4)
        {
            var block = Philox((ulong)(firstIndex + done) >> 2, 0, key);
            var four = destination.Slice(done, 4);
            (four[0], four[1], four[2], four[3]) = (ToUniform(block.Word0), ToUniform(block.Word1), ToUniform(block.Word2), ToUniform(block.Word3));
        }

        for (; done < destination.Length; done++)
            destination[done] = UniformAt(key, firstIndex + done);
    }

    /// <summary>Fills with the stream's standard normal numbers from <paramref name="firstIndex"/> on.</summary>
    public static void FillNormal(Span<float> destination, ulong key, long firstIndex = 0)
    {
        var done = 0;
        for (; done < destination.Length && ((firstIndex + done) & 3) != 0; done++)
            destination[done] = NormalAt(key, firstIndex + done);
        for (; done + 4 <= destination.Length; done += 4)
        {
            var block = Philox((ulong)(firstIndex + done) >> 2, 0, key);
            var four = destination.Slice(done, 4);
            (four[0], four[1]) = ToNormals(block.Word0, block.Word1);
            (four[2], four[3]) = ToNormals(block.Word2, block.Word3);
        }

        for (; done < destination.Length; done++)
            destination[done] = NormalAt(key, firstIndex + done);
    }

    internal static float ToUniform(uint word) => (word >> 8) * (1f / (1 << 24));

    // In double, rounded once: the last bits of log, sin and cos differ between C libraries, and the rounding hides almost all of that.
    private static (float Cosine, float Sine) ToNormals(uint word0, uint word1)
    {
        const double scale = 1.0 / 4294967296.0;
        var radius = Math.Sqrt(-2 * Math.Log((word0 + 0.5) * scale));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * (word1 + 0.5) * scale);
        return ((float)(radius * cosine), (float)(radius * sine));
    }

    /// <summary>FNV-1a 64 (Fowler, Noll and Vo) of the UTF-8 bytes.</summary>
    internal static ulong HashPath(string path)
    {
        var hash = 14695981039346656037ul;
        foreach (var octet in Encoding.UTF8.GetBytes(path))
            hash = (hash ^ octet) * 1099511628211ul;
        return hash;
    }

    /// <summary>SplitMix64's output function (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).</summary>
    internal static ulong SplitMix(ulong state)
    {
        var z = state + 0x9E3779B97F4A7C15ul;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ul;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBul;
        return z ^ (z >> 31);
    }
}
