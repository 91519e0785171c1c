using System.Text;

namespace Shardwright.Hardware;

/// <summary>Records routing, a layer of a micro-batch at a time; <see cref="RoutingReader"/> reads it. A file without its end, because the writer was not closed, is read as truncated. Allocates nothing after construction.</summary>
public sealed class RoutingWriter : IDisposable
{
    private readonly Stream stream;
    private readonly byte[] buffer = new byte[1 << 16];
    private readonly RoutingShape shape;
    private int used;
    private uint checksum;
    private bool isClosed;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Receives it; closed with the writer.</param>
    /// <param name="shape">What each step records.</param>
    /// <exception cref="ArgumentException">Sizes that a file cannot have; the stream stays open.</exception>
    public RoutingWriter(Stream stream, RoutingShape shape)
    {
        Check(shape);
        (this.stream, this.shape) = (stream, shape);
        foreach (byte letter in RoutingFile.Magic)
            Put(letter);
        Put(RoutingFile.Version);
        checksum = RoutingFile.NewChecksum;
        PutNumber((uint)shape.Ranks);
        PutNumber((uint)shape.MicroBatches);
        PutNumber((uint)shape.Groups.Count);
        foreach (var group in shape.Groups)
        {
            PutNumber((uint)group.Layers);
            PutNumber((uint)group.Experts);
            PutNumber((uint)group.TopK);
            byte[] path = Encoding.UTF8.GetBytes(group.Path);
            PutNumber((uint)path.Length);
            foreach (byte letter in path)
                Put(letter);
        }
        PutChecksum();
    }

    /// <summary>Appends a record.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="microBatch">Micro-batch of it.</param>
    /// <param name="group">Expert group.</param>
    /// <param name="layer">Layer of the group.</param>
    /// <param name="counts">Copies from each rank to each expert: [ranks][experts], none negative.</param>
    /// <exception cref="ArgumentException">Other sizes than the file's, or a negative number; nothing is written.</exception>
    public void Write(int step, int microBatch, int group, int layer, int[][] counts)
    {
        Check(step, microBatch, group, layer, counts);
        Put(RoutingFile.Record);
        checksum = RoutingFile.NewChecksum;
        PutNumber((uint)step);
        PutNumber((uint)microBatch);
        PutNumber((uint)group);
        PutNumber((uint)layer);
        for (int rank = 0; rank < shape.Ranks; rank++)
            for (int expert = 0; expert < counts[rank].Length; expert++)
                if (rank == 0)
                    PutNumber((uint)counts[0][expert]);
                else
                    PutNumber(ZigZag(counts[rank][expert] - counts[rank - 1][expert]));
        PutChecksum();
    }

    /// <summary>Ends the file and closes the stream.</summary>
    public void Dispose()
    {
        if (isClosed)
            return;
        isClosed = true;
        using (stream)
        {
            Put(RoutingFile.End);
            stream.Write(buffer, 0, used);
        }
    }

    private static void Check(RoutingShape shape)
    {
        string? problem = RoutingFile.WhyNot(shape.Ranks, shape.MicroBatches, shape.Groups.Count);
        foreach (var group in shape.Groups)
            problem ??= RoutingFile.WhyNot(shape.Ranks, group.Layers, group.Experts, group.TopK)
                ?? (Encoding.UTF8.GetByteCount(group.Path) > RoutingFile.MostPathBytes ? $"found a path of {group.Path.Length} letters; need at most {RoutingFile.MostPathBytes} bytes" : null);
        if (problem is not null)
            throw new ArgumentException(problem, nameof(shape));
    }

    private void Check(int step, int microBatch, int group, int layer, int[][] counts)
    {
        if (isClosed)
            throw new ObjectDisposedException(nameof(RoutingWriter));
        if (step < 0)
            throw new ArgumentException($"found step {step}; need 0 or more", nameof(step));
        if (microBatch < 0 || microBatch >= shape.MicroBatches || group < 0 || group >= shape.Groups.Count || layer < 0 || layer >= shape.Groups[group].Layers)
            throw new ArgumentException($"found micro-batch {microBatch}, expert group {group}, layer {layer}, which the file does not have", nameof(layer));
        if (counts.Length != shape.Ranks)
            throw new ArgumentException($"found counts of {counts.Length} ranks, the file has {shape.Ranks}", nameof(counts));
        int experts = shape.Groups[group].Experts;
        for (int rank = 0; rank < counts.Length; rank++)
        {
            if (counts[rank].Length != experts)
                throw new ArgumentException($"rank {rank} has counts for {counts[rank].Length} experts, the file has {experts}", nameof(counts));
            for (int expert = 0; expert < experts; expert++)
                if (counts[rank][expert] < 0)
                    throw new ArgumentException($"rank {rank} sends {counts[rank][expert]} copies to expert {expert}; need 0 or more", nameof(counts));
        }
    }

    private void PutChecksum()
    {
        uint sum = checksum;
        for (int shift = 0; shift < 32; shift += 8)
            Put((byte)(sum >> shift));
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
