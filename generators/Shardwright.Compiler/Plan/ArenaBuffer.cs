using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Plan;

/// <summary>A loop over which a buffer has a slot an iteration; <paramref name="List"/> null is the loop over this rank's experts.</summary>
public sealed record StackLevel(RepeatedList? List, int Slots);

/// <summary>Storage for one value, or for several that may share it.</summary>
public sealed class ArenaBuffer(Value first)
{
    public List<Value> Members { get; } = [first];

    /// <summary>The region of its outermost member.</summary>
    public Region Region { get; set; } = first.Region!;

    long slotBytes, bytes = -1;

    /// <summary>Outermost first.</summary>
    public IReadOnlyList<StackLevel> Stack
    {
        get;
        set => (field, bytes) = (value, -1);
    } = [];

    /// <summary>The loop whose iterations hand it on: slot i at the start, slot i + 1 at the end of an iteration; null when it has no slots of that kind.</summary>
    public Node? CarriedStack { get; set; }

    /// <summary>The loop that updates it in place.</summary>
    public Node? CarriedInPlace { get; set; }

    public bool IsRouted => Members[0].Type.Rows == RowKind.Routed;

    /// <summary>Bytes of one slot (of one row for routed buffers).</summary>
    public long SlotBytes
    {
        get => slotBytes;
        set => (slotBytes, bytes) = (value, -1);
    }

    /// <summary>Bytes of all slots. Planning asks for them millions of times.</summary>
    public long Bytes => bytes >= 0 ? bytes : bytes = SlotBytes * Stack.Aggregate(1L, (product, level) => product * level.Slots);

    /// <summary>First and last position at which it holds something.</summary>
    public int First { get; set; } = int.MaxValue;

    public int Last { get; set; } = -1;

    /// <summary>Bytes from the start of the workspace (from the frame's start, a row, when routed).</summary>
    public long Offset { get; set; } = -1;

    /// <summary>It lies at the far end of memory, where the routed stack may grow into it once it is dead.</summary>
    public bool IsTemporary { get; set; }

    /// <summary>The name of the member that a reader would look for.</summary>
    public string Name => (Members.FirstOrDefault(m => m.IsNamed) ?? Members.FirstOrDefault(m => m.Producer is { Body: null }) ?? Members[0]).Name;

    public void Absorb(ArenaBuffer other, Dictionary<Value, ArenaBuffer> map)
    {
        foreach (var member in other.Members)
        {
            Members.Add(member);
            map[member] = this;
        }
        if (Region.IsInside(other.Region))
            Region = other.Region;
    }
}
