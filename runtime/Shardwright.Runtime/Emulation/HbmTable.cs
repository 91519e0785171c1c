using System.Globalization;
using System.Text;

namespace Shardwright.Execution;

/// <summary>Writes an overflow of device memory in the layout of the Neuron runtime's out-of-memory table: one row of totals by class, then the largest buffers.</summary>
internal static class HbmTable
{
    private const int Largest = 8;

    private static readonly string[] Classes = ["weights", "gradients", "optimizer", "activations", "saved", "communication", "routed"];

    public static HbmOverflowException Overflow(int rank, string what, long needed, long capacity, IReadOnlyList<NamedBuffer> buffers, string? cause = null)
    {
        var text = new StringBuilder($"Rank {rank} is out of device memory (HBM): {what} needs {Bytes(needed)}, the rank has {Bytes(capacity)}.\n");
        var totals = Classes.Concat(buffers.Select(buffer => buffer.Class)).Distinct()
            .Select(name => (Name: name, Bytes: buffers.Where(buffer => buffer.Class == name).Sum(buffer => buffer.Bytes)))
            .Where(total => total.Bytes > 0).ToArray();
        (string Name, string Value)[] columns = [("TOTAL", Bytes(needed)), .. totals.Select(total => (Title(total.Name), Bytes(total.Bytes)))];
        text.Append("  Core     | ").AppendJoin(" | ", columns.Select(column => column.Name.PadLeft(Math.Max(column.Name.Length, column.Value.Length)))).Append('\n');
        text.Append($"  rank {rank,-3} | ").AppendJoin(" | ", columns.Select(column => column.Value.PadLeft(Math.Max(column.Name.Length, column.Value.Length)))).Append('\n');
        text.Append("Largest buffers:\n");
        foreach (var buffer in buffers.OrderByDescending(buffer => buffer.Bytes).ThenBy(buffer => buffer.Name, StringComparer.Ordinal).Take(Largest))
            text.Append($"  {Bytes(buffer.Bytes),10}  {buffer.Class,-13}  {buffer.Name}\n");
        text.Append(Fix(cause ?? totals.OrderByDescending(total => total.Bytes).Select(total => total.Name).FirstOrDefault()));
        return new HbmOverflowException(text.ToString(), rank, needed, capacity);
    }

    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => (bytes / (double)(1L << 30)).ToString("0.00", CultureInfo.InvariantCulture) + " GiB",
        >= 1L << 20 => (bytes / (double)(1L << 20)).ToString("0.00", CultureInfo.InvariantCulture) + " MiB",
        >= 1L << 10 => (bytes / (double)(1L << 10)).ToString("0.00", CultureInfo.InvariantCulture) + " KiB",
        _ => bytes.ToString(CultureInfo.InvariantCulture) + " B",
    };

    private static string Title(string name) => string.Concat(name[..1].ToUpperInvariant(), name[1..]);

    private static string Fix(string? largest) => "Fix: " + largest switch
    {
        "weights" or "gradients" or "optimizer" => "split the experts over more ranks ([Mesh(Expert = …)]) or make the model smaller; these bytes do not depend on the batch.",
        "routed" => "the router sends too many tokens to this rank: raise BalanceLoss, use more expert ranks ([Mesh(Expert = …)]), or a smaller Batch with more MicroBatches.",
        _ => "use a smaller Batch with more MicroBatches, or more data ranks ([Mesh(Data = …)]).",
    } + " A core with more memory is TrainerOptions.HbmBytesPerRank.";
}
