using System.Text;

namespace Shardwright.Hardware;

/// <summary>Reads recorded routing, record by record: what <see cref="RoutingWriter"/> wrote. Allocates nothing between records of a group.</summary>
public sealed class RoutingReader : IDisposable
{
    private readonly Stream stream;
    private readonly string path;
    private readonly byte[] buffer = new byte[1 << 16];
    private int next, filled;
    private long start;
    private uint checksum;
    private bool isAtEnd;

    // [group][ranks][experts], made when a group's first record comes.
    private readonly int[][][] counts;

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
        checksum = RoutingFile.NewChecksum;
        Shape = ReadShape();
        counts = new int[Shape.Groups.Count][][];
    }

    /// <summary>What each step records.</summary>
    public RoutingShape Shape { get; }

    /// <summary>Records read so far.</summary>
    public long Records { get; private set; }

    /// <summary>Step of the record that was read last.</summary>
    public int Step { get; private set; }

    /// <summary>Micro-batch of it.</summary>
    public int MicroBatch { get; private set; }

    /// <summary>Expert group of it.</summary>
    public int Group { get; private set; }

    /// <summary>Layer of the group.</summary>
    public int Layer { get; private set; }

    /// <summary>Copies from each rank to each expert: [ranks][experts]. The group's next record overwrites them; empty before the first.</summary>
    public int[][] Counts => counts[Group] ?? [];

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
        (Step, MicroBatch) = (Whole("the step"), Below(Shape.MicroBatches, "the micro-batch"));
        Group = Below(Shape.Groups.Count, "the expert group");
        Layer = Below(Shape.Groups[Group].Layers, "the layer");
        int[][] into = counts[Group] ??= Shape.NewCounts(Group);
        for (int expert = 0; expert < into[0].Length; expert++)
            into[0][expert] = Whole("a count");
        for (int rank = 1; rank < into.Length; rank++)
            for (int expert = 0; expert < into[rank].Length; expert++)
                into[rank][expert] = Next(into[rank - 1][expert], rank, expert);
        long at = Position;
        if (!IsChecked())
            throw Problem($"the checksum of record {Records} (step {Step}, layer {Layer}) does not match; the file is damaged in it", at);
        Records++;
        return true;
    }

    /// <summary>Closes the stream.</summary>
    public void Dispose() => stream.Dispose();

    private RoutingShape ReadShape()
    {
        long at = Position;
        uint ranks = Number("the number of ranks"), microBatches = Number("the number of micro-batches"), many = Number("the number of expert groups");
        if (RoutingFile.WhyNot(ranks, microBatches, many) is { } problem)
            throw Problem(problem, at);
        var groups = new RoutingGroup[many];
        for (int group = 0; group < groups.Length; group++)
        {
            at = Position;
            uint layers = Number("the number of layers"), experts = Number("the number of experts"), topK = Number("experts a token goes to"), length = Number("the length of a path");
            if (RoutingFile.WhyNot(ranks, layers, experts, topK) is { } wrong)
                throw Problem(wrong, at);
            if (length > RoutingFile.MostPathBytes)
                throw Problem($"found a path of {length} bytes; need at most {RoutingFile.MostPathBytes}", at);
            byte[] path = new byte[length];
            for (int letter = 0; letter < path.Length; letter++)
                path[letter] = Take("a path");
            groups[group] = new(Encoding.UTF8.GetString(path), (int)layers, (int)experts, (int)topK);
        }
        at = Position;
        return IsChecked() ? new((int)ranks, (int)microBatches, groups) : throw Problem("the checksum of the sizes does not match; the file is damaged in them", at);
    }

    private bool IsChecked()
    {
        uint sum = checksum, expected = 0;
        for (int shift = 0; shift < 32; shift += 8)
            expected |= (uint)Take("a checksum") << shift;
        return sum == expected;
    }

    private int Next(int before, int rank, int expert)
    {
        long at = Position;
        uint zigzag = Number("a count");
        long count = before + (long)unchecked((int)(zigzag >> 1) ^ -(int)(zigzag & 1));
        return count is >= 0 and <= int.MaxValue ? (int)count : throw Problem($"rank {rank} sends {count} copies to expert {expert} in record {Records}; need 0 to {int.MaxValue}", at);
    }

    private int Below(int end, string what)
    {
        long at = Position;
        uint number = Number(what);
        return number < end ? (int)number : throw Problem($"found {number} for {what} of record {Records}; need 0 to {end - 1}", at);
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

    /// <summary>What is wrong with what was read last.</summary>
    internal RoutingFileException Problem(string problem) => Problem(problem, Position);

    private RoutingFileException Problem(string problem, long position) => new(problem, path, position);
}
