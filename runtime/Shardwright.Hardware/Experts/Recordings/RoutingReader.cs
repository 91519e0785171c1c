namespace Shardwright.Hardware;

/// <summary>Reads recorded routing, record by record, into the same table: what <see cref="RoutingWriter"/> wrote. Allocates nothing between records.</summary>
public sealed class RoutingReader : IDisposable
{
    private readonly Stream stream;
    private readonly string path;
    private readonly byte[] buffer = new byte[1 << 16];
    private int next, filled;
    private long start;
    private uint checksum;
    private bool isAtEnd;

    /// <summary>Opens a file.</summary>
    /// <param name="stream">The file; closed with the reader.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="RoutingFileException">It is no recorded routing, of another version, or has impossible sizes.</exception>
    public RoutingReader(Stream stream, string path)
    {
        (this.stream, this.path) = (stream, path);
        foreach (byte letter in RoutingFile.Magic)
            if (Take("the letters SWRT") != letter)
                throw Problem("found another kind of file; need recorded routing, which begins with SWRT", Position - 1);
        byte version = Take("the version");
        if (version != RoutingFile.Version)
            throw Problem($"found version {version}; this reader knows version {RoutingFile.Version}", Position - 1);
        long at = Position;
        uint ranks = Number("the number of ranks"), experts = Number("the number of experts");
        if (RoutingFile.WhyNot(ranks, experts) is { } problem)
            throw Problem(problem, at);
        (Ranks, Experts) = ((int)ranks, (int)experts);
        Counts = [.. Enumerable.Range(0, Ranks).Select(_ => new int[Experts])];
    }

    /// <summary>Ranks that send.</summary>
    public int Ranks { get; }

    /// <summary>Experts of a layer.</summary>
    public int Experts { get; }

    /// <summary>Records read so far.</summary>
    public long Records { get; private set; }

    /// <summary>Step of the record that was read last.</summary>
    public int Step { get; private set; }

    /// <summary>Layer of it.</summary>
    public int Layer { get; private set; }

    /// <summary>Copies from each rank to each expert: [ranks][experts]. The next record overwrites them.</summary>
    public int[][] Counts { get; }

    private long Position => start + next;

    /// <summary>Reads the next record.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="RoutingFileException">The file is truncated or damaged; the message names byte and record. <see cref="Counts"/> are then of no use.</exception>
    public bool Read()
    {
        if (isAtEnd)
            return false;
        byte kind = Take("a record or the end of the file");
        if (kind == RoutingFile.End)
        {
            isAtEnd = true;
            return next < filled || Fill() ? throw Problem("found bytes behind the end of the recording; need none", Position) : false;
        }
        if (kind != RoutingFile.Record)
            throw Problem($"found {kind} in front of record {Records}; need {RoutingFile.Record} for a record or {RoutingFile.End} for the end", Position - 1);
        checksum = RoutingFile.NewChecksum;
        (Step, Layer) = (Whole("the step"), Whole("the layer"));
        for (int expert = 0; expert < Experts; expert++)
            Counts[0][expert] = Whole("a count");
        for (int rank = 1; rank < Ranks; rank++)
            for (int expert = 0; expert < Experts; expert++)
                Counts[rank][expert] = Next(rank, expert);
        long at = Position;
        uint sum = checksum, expected = 0;
        for (int shift = 0; shift < 32; shift += 8)
            expected |= (uint)Take("a checksum") << shift;
        if (sum != expected)
            throw Problem($"the checksum of record {Records} (step {Step}, layer {Layer}) does not match; the file is damaged in it", at);
        Records++;
        return true;
    }

    /// <summary>Closes the stream.</summary>
    public void Dispose() => stream.Dispose();

    private int Next(int rank, int expert)
    {
        long at = Position;
        uint zigzag = Number("a count");
        long count = Counts[rank - 1][expert] + (long)unchecked((int)(zigzag >> 1) ^ -(int)(zigzag & 1));
        return count is >= 0 and <= int.MaxValue ? (int)count : throw Problem($"rank {rank} sends {count} copies to expert {expert} in record {Records}; need 0 to {int.MaxValue}", at);
    }

    private int Whole(string what)
    {
        long at = Position;
        uint number = Number(what);
        return number <= int.MaxValue ? (int)number : throw Problem($"found {number} for {what} of record {Records}; need 0 to {int.MaxValue}", at);
    }

    private uint Number(string what)
    {
        uint number = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte part = Take(what);
            if (shift == 28 && part > 0x0F)
                break;
            number |= (uint)(part & 0x7F) << shift;
            if (part < 0x80)
                return number;
        }
        throw Problem($"found a number of more than 32 bits for {what}", Position - 1);
    }

    private byte Take(string what)
    {
        if (next == filled && !Fill())
            throw Problem($"the file ends after {Records} whole records, where {what} is needed: it is truncated", Position);
        byte value = buffer[next++];
        checksum = RoutingFile.Checksum(checksum, value);
        return value;
    }

    private bool Fill()
    {
        start += filled;
        next = 0;
        filled = stream.Read(buffer, 0, buffer.Length);
        return filled > 0;
    }

    private RoutingFileException Problem(string problem, long position) => new(problem, path, position);
}
