using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>Cosines and sines of the rotary angles p · theta^(−2i/s) as [length, s/2] each, computed in double precision and kept for good.</summary>
internal sealed unsafe class RopeTable
{
    private static readonly ConcurrentDictionary<(int Length, int HeadSize, float Theta), RopeTable> Tables = new();

    private RopeTable(int length, int headSize, float theta)
    {
        var half = headSize / 2;
        var count = (nuint)length * (nuint)half;
        Cosines = (float*)NativeMemory.AlignedAlloc(Math.Max(1, 2 * count) * sizeof(float), 64);
        Sines = Cosines + count;
        for (var p = 0; p < length; p++)
        {
            for (var i = 0; i < half; i++)
            {
                var (sine, cosine) = Math.SinCos(p * Math.Pow(theta, -2.0 * i / headSize));
                Cosines[((nint)p * half) + i] = (float)cosine;
                Sines[((nint)p * half) + i] = (float)sine;
            }
        }
    }

    public float* Cosines { get; }

    public float* Sines { get; }

    public static RopeTable For(int length, int headSize, float theta)
    {
        if (!Tables.TryGetValue((length, headSize, theta), out var table))
            table = Tables.GetOrAdd((length, headSize, theta), static key => new RopeTable(key.Length, key.HeadSize, key.Theta));
        return table;
    }
}
