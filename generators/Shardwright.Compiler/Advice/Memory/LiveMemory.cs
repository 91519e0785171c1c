using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// Who holds a rank's memory where the training program needs most of it, at even load. A position is a place in the program read as one line (<see cref="ProgramOrder"/>). What is live is the bound that no placement of buffers can
/// undercut; the plan's own peak is a per cent or two above.
/// </summary>
internal sealed class LiveMemory
{
    readonly ModelStudy study;
    readonly PlannedProgram train;
    readonly int turn;
    readonly Lazy<int> peak;

    public LiveMemory(ModelStudy study)
    {
        (this.study, train) = (study, study.Train);
        turn = train.Order.Begin(train.Root.Nodes.First(n => n.Op is BeginBackward));
        peak = new(() => Enumerable.Range(0, train.Order.Length).OrderByDescending(Live).ThenBy(p => p).First());
    }

    /// <summary>Weights, gradients and optimizer state, with a micro-batch's own gradients.</summary>
    public long PersistentBytes => study.Plan.WorkspaceOffset;

    /// <summary>What holds memory at the peak, the largest first.</summary>
    public IReadOnlyList<MemoryHolder> AtPeak()
    {
        var holders = new List<MemoryHolder>();
        foreach (var block in study.Plan.Blocks)
            holders.Add(new(MemoryClass.Parameters, $"'{block.Parameter.Path}' [{string.Join(", ", block.Parameter.Shape)}] with {(block.IsTrained ? "gradients and optimizer state" : "no gradient")}",
                block.LocalBytes * (block.IsTrained ? study.Plan.MicroGradientBytes > 0 ? 5 : 4 : 1), ModelStudy.Of(block.Parameter)));
        foreach (var buffer in train.Workspace.Where(b => IsLive(b, peak.Value)))
            holders.Add(new(IsSaved(buffer) ? MemoryClass.Saved : MemoryClass.Temporary, Describe(buffer), buffer.Bytes, PlaceOf(buffer)));
        foreach (var site in train.Routed.Where(r => r.Rows > 0))
            holders.Add(new(MemoryClass.RoutedRows, $"rows of '{site.Frame.Site.Path}'", site.NeededBytes(peak.Value), study.Of(site.Frame.Site)));
        return [.. holders.Where(h => h.Bytes > 0).OrderByDescending(h => h.Bytes).ThenBy(h => h.What, StringComparer.Ordinal)];
    }

    /// <summary>
    /// A bound that no choice of what to compute again can undercut: parameters, what layers hand to each other, gradients on their way, and of what is saved only what the statement at hand reads or writes, of its one layer.
    /// </summary>
    public long RecomputedBytes() => PersistentBytes + Enumerable.Range(0, train.Order.Length).Max(Recomputed);

    /// <summary>Bytes that the statements of each class keep for the backward pass, the most first. Not what loops hand on, which stays whatever is recomputed.</summary>
    public IReadOnlyList<(string Type, long Bytes)> SavedByClass()
    {
        var workspace = train.Workspace.Where(b => IsSaved(b) && b.CarriedStack is null).Select(b => (PlaceOf(b).Type, b.Bytes));
        var routed = train.Routed.SelectMany(r => r.Buffers.Where(IsSaved).Select(b => (PlaceOf(b).Type, Bytes: b.Bytes * r.Rows * r.Frame.Site.Layers)));
        return [.. workspace.Concat(routed).GroupBy(b => b.Type).Select(g => (Type: g.Key, Bytes: g.Sum(b => b.Bytes))).OrderByDescending(g => g.Bytes).ThenBy(g => g.Type, StringComparer.Ordinal)];
    }

    /// <summary>Whether a buffer is kept from the forward pass for the backward pass.</summary>
    public bool IsSaved(ArenaBuffer buffer) => buffer.First < turn && buffer.Last > turn;

    /// <summary>The member of a buffer whose name a reader knows.</summary>
    public static Value Named(ArenaBuffer buffer) => buffer.Members.FirstOrDefault(m => m.Name == buffer.Name) ?? buffer.Members[0];

    /// <summary>Name, shape and number format of a buffer, and how many of it there are.</summary>
    public static string Describe(ArenaBuffer buffer)
    {
        var value = Named(buffer);
        long slots = buffer.Stack.Aggregate(1L, (product, level) => product * level.Slots);
        return $"'{value.Name}' {value.Type} in {(value.Format == NumberFormat.BFloat16 ? "bfloat16" : value.Type.Element == ElementType.Int32 ? "int32" : "float32")}{(slots > 1 ? $", {slots} of them" : "")}";
    }

    public static Cause PlaceOf(ArenaBuffer buffer) => Cause.Of(Named(buffer).Source);

    static bool IsLive(ArenaBuffer buffer, int position) => buffer.First <= position && position <= buffer.Last;

    long Live(int position) => train.Workspace.Where(b => IsLive(b, position)).Sum(b => b.Bytes) + train.Routed.Sum(r => r.NeededBytes(position));

    long Recomputed(int position)
    {
        long bytes = train.Routed.Sum(r => r.Rows * r.Buffers.Where(b => IsLive(b, position) && (!IsSaved(b) || IsTouched(b, position))).Sum(b => b.Bytes));
        foreach (var buffer in train.Workspace.Where(b => IsLive(b, position)))
            bytes += buffer.CarriedStack is not null || !IsSaved(buffer) ? buffer.Bytes : IsTouched(buffer, position) ? OneLayer(buffer) : 0;
        return bytes;
    }

    static long OneLayer(ArenaBuffer buffer) => buffer.SlotBytes * buffer.Stack.Where(level => level.List is null).Aggregate(1L, (product, level) => product * level.Slots);

    bool IsTouched(ArenaBuffer buffer, int position) =>
        buffer.Members.Any(m => m.Producer is { } made && train.Order.Begin(made) == position || train.Order.Uses(m).Any(u => u.Position == position));
}
