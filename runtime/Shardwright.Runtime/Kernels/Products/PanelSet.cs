namespace Shardwright.Execution;

/// <summary>
/// The packed matrices of one parameter in one orientation, for all ranks that hold the same values: whoever needs a matrix first packs it, from its own weights, which have the same bits as everybody's.
/// A matrix is of the version that its weights had. A rank changes its weights only after a collective that follows everybody's last product, so nobody still reads what another packs anew.
/// </summary>
internal sealed unsafe class PanelSet(int matrices, int inner, int columns) : IDisposable
{
    private readonly Lock allocating = new();
    private readonly int[] versions = new int[matrices];
    private readonly int[] claims = new int[matrices];
    private float* data;

    /// <summary>Frees the memory should nobody have disposed it.</summary>
    ~PanelSet() => Free();

    /// <summary>Host memory allocated so far.</summary>
    public long Bytes => data is null ? 0 : (long)Panels.Size(inner, columns) * matrices * sizeof(float);

    /// <summary>Matrices [first, first + count) of a version, packed.</summary>
    /// <param name="first">The first matrix.</param>
    /// <param name="count">Matrices.</param>
    /// <param name="version">Of the caller's weights; versions only grow.</param>
    /// <param name="packing">Packs from the caller's weights, from matrix 0 into the start of the set.</param>
    public Panels Get<TPacking>(int first, int count, int version, TPacking packing)
        where TPacking : struct, IPanelSource
    {
        Allocate();
        for (var begin = first; begin < first + count;)
        {
            var end = begin;
            while (end < first + count && Claim(end, version))
                end++;
            if (end > begin)
                Pack(begin, end - begin, version, packing);
            begin = Math.Max(end, begin + 1);
        }
        for (var matrix = first; matrix < first + count; matrix++)
            Await(matrix, version, packing);
        return new Panels(data + (first * Panels.Size(inner, columns)), count, inner, columns);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private bool Claim(int matrix, int version)
    {
        if (Packed(matrix, version) || Interlocked.CompareExchange(ref claims[matrix], 1, 0) != 0)
            return false;
        if (!Packed(matrix, version))
            return true;
        Volatile.Write(ref claims[matrix], 0);
        return false;
    }

    private bool Packed(int matrix, int version)
    {
        var packed = Volatile.Read(ref versions[matrix]);
        return packed <= version ? packed == version
            : throw new InvalidOperationException($"PackedWeights: got a read of weights before update {version - 1} when another rank has packed those after update {packed - 1}; need a collective of all ranks before an update.");
    }

    private void Pack<TPacking>(int first, int count, int version, TPacking packing)
        where TPacking : struct, IPanelSource
    {
        try
        {
            packing.Pack(data + (first * Panels.Size(inner, columns)), first, count);
            for (var matrix = first; matrix < first + count; matrix++)
                Volatile.Write(ref versions[matrix], version);
        }
        finally
        {
            // Packed or not: if it failed, whoever waits tries for itself.
            for (var matrix = first; matrix < first + count; matrix++)
                Volatile.Write(ref claims[matrix], 0);
        }
    }

    // Who packs holds a core, so this is no wait for somebody who may have none; meanwhile this core works for the others.
    private void Await<TPacking>(int matrix, int version, TPacking packing)
        where TPacking : struct, IPanelSource
    {
        var spin = new SpinWait();
        while (!Packed(matrix, version))
        {
            if (Claim(matrix, version))
                Pack(matrix, 1, version, packing);
            else if (!WorkPool.Help())
                spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private void Allocate()
    {
        if (data is not null)
            return;
        lock (allocating)
            if (data is null)
                data = (float*)HugePages.Allocate(Panels.Size(inner, columns) * matrices * sizeof(float));
    }

    private void Free()
    {
        System.Runtime.InteropServices.NativeMemory.AlignedFree(data);
        data = null;
    }
}

/// <summary>Where a rank's own weights are packed from.</summary>
internal unsafe interface IPanelSource
{
    /// <summary>Packs matrices [first, first + count) to <paramref name="target"/>.</summary>
    void Pack(float* target, int first, int count);
}
