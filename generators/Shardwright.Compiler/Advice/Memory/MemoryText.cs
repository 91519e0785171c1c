namespace Shardwright.Compiler.Advice.Memory;

/// <summary>How messages on a rank's memory say what holds it.</summary>
internal static class MemoryText
{
    /// <summary>Classes with their bytes, then the three largest holders: <c>parameters with gradients and optimizer state 13.8 GiB, …; most of it: …</c>.</summary>
    public static string Holders(IReadOnlyList<MemoryHolder> holders)
    {
        var classes = holders.GroupBy(h => h.Class).OrderByDescending(g => g.Sum(h => h.Bytes)).Select(g => $"{Name(g.Key)} {AdviceText.Bytes(g.Sum(h => h.Bytes))}");
        var largest = holders.Take(Largest).Select(h => $"{h.What} ({Name(h.Class)}) {AdviceText.Bytes(h.Bytes)}");
        return $"{string.Join(", ", classes)}; the largest are {string.Join(", ", largest)}";
    }

    /// <summary>The places behind the first: of the other two largest holders, and the mesh that divides them.</summary>
    public static EquatableArray<Cause> Others(ModelStudy study, IReadOnlyList<MemoryHolder> holders) =>
        holders.Take(Largest).Skip(1).Select(h => h.At).Append(study.Mesh).Where(cause => cause != holders[0].At).Distinct().ToEquatable();

    const int Largest = 3;

    static string Name(MemoryClass kind) => kind switch
    {
        MemoryClass.Parameters => "parameters",
        MemoryClass.Saved => "saved activations",
        MemoryClass.RoutedRows => "routed rows",
        _ => "temporaries",
    };
}
