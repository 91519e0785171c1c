namespace Shardwright.Hardware;

/// <summary>Records routing, a layer of a step at a time; <see cref="RoutingReader"/> reads it. A file without its end, because the writer was not closed, is read as truncated. Allocates nothing after construction.</summary>
public sealed class RoutingWriter : IDisposable
{
    private readonly Stream stream;
    private readonly byte[] buffer = new byte[1 << 16];
    private readonly int ranks, experts;
    private int used;
    private uint checksum;
    private bool isClosed;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Receives it; closed with the writer.</param>
    /// <param name="ranks">Ranks that send.</param>
    /// <param name="experts">Experts of a layer.</param>
    /// <exception cref="ArgumentException">More counts than a record may have.</exception>
    public RoutingWriter(Stream stream, int ranks, int experts)
    {
        if (RoutingFile.WhyNot(ranks, experts) is { } problem)
            throw new ArgumentException(problem, nameof(ranks));
        (this.stream, this.ranks, this.experts) = (stream, ranks, experts);
        foreach (byte letter in RoutingFile.Magic)
            Put(letter);
        Put(RoutingFile.Version);
        PutNumber((uint)ranks);
        PutNumber((uint)experts);
    }

    /// <summary>Appends a record.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="layer">Layer, from 0.</param>
    /// <param name="counts">Copies from each rank to each expert: [ranks][experts], none negative.</param>
    /// <exception cref="ArgumentException">Other sizes than the file's, or a negative number; nothing is written.</exception>
    public void Write(int step, int layer, int[][] counts)
    {
        Check(step, layer, counts);
        Put(RoutingFile.Record);
        checksum = RoutingFile.NewChecksum;
        PutNumber((uint)step);
        PutNumber((uint)layer);
        for (int rank = 0; rank < ranks; rank++)
            for (int expert = 0; expert < experts; expert++)
                if (rank == 0)
                    PutNumber((uint)counts[0][expert]);
                else
                    PutNumber(ZigZag(counts[rank][expert] - counts[rank - 1][expert]));
        uint sum = checksum;
        for (int shift = 0; shift < 32; shift += 8)
            Put((byte)(sum >> shift));
    }

    /// <summary>Ends the file and closes the stream.</summary>
    public void Dispose()
    {
        if (isClosed)
            return;
        isClosed = true;
        Put(RoutingFile.End);
        stream.Write(buffer, 0, used);
        stream.Dispose();
    }

    private void Check(int step, int layer, int[][] counts)
    {
        if (isClosed)
            throw new ObjectDisposedException(nameof(RoutingWriter));
        if (step < 0 || layer < 0)
            throw new ArgumentException($"found step {step} and layer {layer}; need 0 or more", nameof(step));
        if (counts.Length != ranks)
            throw new ArgumentException($"found counts of {counts.Length} ranks, the file has {ranks}", nameof(counts));
        for (int rank = 0; rank < ranks; rank++)
        {
            if (counts[rank].Length != experts)
                throw new ArgumentException($"rank {rank} has counts for {counts[rank].Length} experts, the file has {experts}", nameof(counts));
            for (int expert = 0; expert < experts; expert++)
                if (counts[rank][expert] < 0)
                    throw new ArgumentException($"rank {rank} sends {counts[rank][expert]} copies to expert {expert}; need 0 or more", nameof(counts));
        }
    }

    private void PutNumber(uint number)
    {
        while (number >= 0x80)
        {
            Put((byte)(number | 0x80));
            number >>= 7;
        }
        Put((byte)number);
    }

    private void Put(byte value)
    {
        if (used == buffer.Length)
        {
            stream.Write(buffer, 0, used);
            used = 0;
        }
        buffer[used++] = value;
        checksum = RoutingFile.Checksum(checksum, value);
    }

    private static uint ZigZag(int value) => unchecked((uint)(value << 1) ^ (uint)(value >> 31));
}
