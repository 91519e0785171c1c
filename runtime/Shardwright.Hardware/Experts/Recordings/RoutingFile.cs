namespace Shardwright.Hardware;

/// <summary>
/// The form of a file of recorded routing: who sent how many copies to which expert, for every step, micro-batch and layer. Bytes: <c>SWRT</c>, version; ranks, micro-batches, expert groups, and for each of these layers, experts, k, the length of its path and
/// the path (UTF-8); a checksum; then, for each record, a byte 1, step, micro-batch, group, layer, the counts and a checksum; a byte 0 at the end. Numbers are varints of seven bits a byte, least first. The counts of the first rank stand as they are, those of the
/// others as differences from the rank before (zigzag), which fit in a byte where ranks send alike: about a third of the same in 32-bit numbers, and no more where they do not. The checksum is FNV-1a, 32 bits, of the bytes since the last one, least byte first: a
/// flipped bit is found in its record.
/// </summary>
internal static class RoutingFile
{
    public const byte Version = 2, Record = 1, End = 0;
    public const int MostRanks = 1 << 20, MostExperts = 1 << 20, MostCounts = 1 << 26, MostMicroBatches = 1 << 20, MostGroups = 1 << 10, MostLayers = 1 << 16, MostPathBytes = 1 << 12;
    public static readonly byte[] Magic = [(byte)'S', (byte)'W', (byte)'R', (byte)'T'];

    private const uint Basis = 2166136261, Prime = 16777619;

    public static uint NewChecksum => Basis;

    public static uint Checksum(uint before, byte next) => unchecked((before ^ next) * Prime);

    /// <summary>Why the sizes of a file are impossible; null when they are not.</summary>
    public static string? WhyNot(long ranks, long microBatches, long groups) =>
        Outside(ranks, MostRanks, "ranks") ?? Outside(microBatches, MostMicroBatches, "micro-batches") ?? Outside(groups, MostGroups, "expert groups");

    /// <summary>Why a group cannot be recorded; null when it can.</summary>
    public static string? WhyNot(long ranks, long layers, long experts, long topK) =>
        Outside(layers, MostLayers, "layers") ?? Outside(experts, MostExperts, "experts") ?? Outside(topK, experts, "experts a token goes to")
        ?? (ranks * experts > MostCounts ? $"found {ranks} ranks × {experts} experts; need at most {MostCounts} counts a record" : null);

    private static string? Outside(long found, long most, string what) => found < 1 || found > most ? $"found {found} {what}; need 1 to {most}" : null;
}

/// <summary>A file of recorded routing that cannot be read. The message begins with file and byte.</summary>
/// <param name="problem">What was found and what is needed.</param>
/// <param name="path">The file.</param>
/// <param name="position">The byte, from 0.</param>
public sealed class RoutingFileException(string problem, string path, long position) : Exception($"{path}, byte {position}: {problem}")
{
    /// <summary>What was found and what is needed, without the place.</summary>
    public string Problem { get; } = problem;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The byte, from 0.</summary>
    public long Position { get; } = position;
}
