namespace KernelSpeed;

/// <summary>
/// The least that an op has to do: arithmetic on registers (multiply-adds, exponentials and sigmoids share the arithmetic units, so their times add up), and streams of <paramref name="Elements"/> floats
/// from and to memory, which the processor overlaps with it. Where the streams read are rows of a table that stays in the cache, <paramref name="Table"/> is its size. The op's limit is the larger of the two times, each measured beside it.
/// </summary>
public readonly record struct Work(double Flops = 0, double Exponentials = 0, double Sigmoids = 0, int Reads = 0, int Writes = 0, int Elements = 0, bool InPlace = false, int Table = 0)
{
    public double Bytes => (double)(Reads + Writes) * Elements * sizeof(float);
}

/// <summary>A kernel call on buffers of its own, and the same product by OpenBLAS where there is one.</summary>
public sealed record Calls(Action Kernel, Action<OpenBlas>? OpenBlas = null);

/// <summary>One kernel at one shape.</summary>
public sealed record KernelCase(string Op, string Shape, Work Work, Func<Buffers, Calls> Prepare)
{
    /// <summary>Whether OpenBLAS has its like: matrix products.</summary>
    public bool Compared => Work.Flops > 0 && Work.Exponentials == 0;

    public override string ToString() => $"{Op} {Shape}";
}
