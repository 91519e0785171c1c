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
    readonly IReadOnlyList<(RepeatedList List, int Begin, int End)> loops;
    readonly Lazy<int> peak;

    public LiveMemory(ModelStudy study)
    {
        (this.study, train) = (study, study.Train);
        turn = train.Order.Begin(train.Root.Nodes.First(n => n.Op is BeginBackward));
        loops = [.. train.Root.Walk().Where(n => n.Op is Loop).Select(n => (((Loop)n.Op).List, train.Order.Begin(n), train.Order.End(n)))];
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
    /// Peak when every layer drops what it saved and computes it again before its backward pass: parameters; what layers hand to each other; one layer's saved values and rows while it runs; temporaries. Of what is saved
    /// outside layers, what the statement at hand uses. No choice of what to recompute, layer by layer, needs less.
    /// </summary>
    public long RecomputedBytes() => PersistentBytes + Enumerable.Range(0, train.Order.Length).Max(Recomputed);

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
        long bytes = train.Routed.Sum(r => r.NeededBytes(position) - r.KeptBytes(position));
        foreach (var buffer in train.Workspace.Where(b => IsLive(b, position)))
            bytes += buffer.CarriedStack is not null || !IsSaved(buffer) ? buffer.Bytes
                : buffer.Stack.Any(level => level.List is not null) ? IsInLoopOf(buffer, position) ? OneLayer(buffer) : 0
                : IsTouched(buffer, position) ? buffer.Bytes : 0;
        return bytes;
    }

    static long OneLayer(ArenaBuffer buffer) => buffer.SlotBytes * buffer.Stack.Where(level => level.List is null).Aggregate(1L, (product, level) => product * level.Slots);

    bool IsInLoopOf(ArenaBuffer buffer, int position) => loops.Any(loop => loop.Begin <= position && position <= loop.End && buffer.Stack.Any(level => Equals(level.List, loop.List)));

    bool IsTouched(ArenaBuffer buffer, int position) =>
        buffer.Members.Any(m => m.Producer is { } made && train.Order.Begin(made) == position || train.Order.Uses(m).Any(u => u.Position == position));
}
