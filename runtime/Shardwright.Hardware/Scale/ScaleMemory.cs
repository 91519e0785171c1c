using System.Text;

namespace Shardwright.Hardware;

/// <summary>Device memory of the fullest rank, in bytes, by what takes it.</summary>
/// <param name="Weights">Parameters.</param>
/// <param name="Gradients">Gradients.</param>
/// <param name="Optimizer">Optimizer state.</param>
/// <param name="Activations">What routing does not change, less what the routed stack grows into.</param>
/// <param name="Routed">Rows of the rank's experts.</param>
/// <param name="Gathered">Whole parameters and gradients of the layers at hand, where their homes are split over ranks.</param>
public sealed record ScaleMemory(long Weights, long Gradients, long Optimizer, long Activations, long Routed, long Gathered)
{
    /// <summary>The most that is in use at once.</summary>
    public long Peak => checked(Weights + Gradients + Optimizer + Activations + Routed + Gathered);

    /// <summary>
    /// Memory of a rank at a mesh: the compiled plan's peak, with the parameters of as many experts as the mesh leaves to a rank and the routing counts of as many ranks as the world has. Tokens of a rank, and so its activations, are those
    /// that the program was compiled for.
    /// </summary>
    /// <param name="plan">The compiled plan.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="routing">Rows; null for even load.</param>
    public static ScaleMemory Of(PlanDocument plan, MeshPlacement mesh, TraceRouting? routing = null)
    {
        var memory = plan.Memory;
        int compiled = Experts(plan, plan.Placement.Expert), experts = Experts(plan, mesh.Expert);
        long even = RoutedBytes(plan, null);
        long activations = checked(memory.PeakBytes - memory.Weights.At(0, compiled) - memory.Gradients.At(0, compiled) - memory.Optimizer.At(0, compiled) - even
            + memory.WorkspacePerRank * (mesh.Data - plan.Placement.Data));
        return new(memory.Weights.At(0, experts), memory.Gradients.At(0, experts), memory.Optimizer.At(0, experts), activations, routing is null ? even : RoutedBytes(plan, routing), 0);
    }

    /// <summary>
    /// The same with parameters, gradients and optimizer state split over the ranks that would hold copies: what no expert owns over all ranks, experts over their replicas. Besides, a rank holds two units whole, the one in use and the next,
    /// as products read them, and the gradients of two, the one that is being made and the one that is being reduced. A unit is a layer, or a parameter outside of layers; two of the latter are not at hand at once, since layers lie between an embedding and a head.
    /// </summary>
    /// <param name="plan">The compiled plan.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="routing">Rows; null for even load.</param>
    public static ScaleMemory Sharded(PlanDocument plan, MeshPlacement mesh, TraceRouting? routing = null)
    {
        var whole = Of(plan, mesh, routing);
        int experts = Experts(plan, mesh.Expert), replicas = mesh.Data / mesh.Expert;
        var units = new ShardedUnits(plan.Program, plan.Memory);
        long outside = plan.Memory.LargestOutside.At(0, experts);
        long gathered = TwoLargest(layer => layer.Weights), gradients = TwoLargest(layer => layer.Gradients);
        return whole with
        {
            Weights = Share(plan.Memory.Weights),
            Gradients = Share(plan.Memory.Gradients),
            Optimizer = Share(plan.Memory.Optimizer),
            Gathered = gathered * units.GatheredBytes / 4 + gradients,
        };

        long TwoLargest(Func<TimedLoop, Amount> bytes)
        {
            var sizes = units.Layers.SelectMany(layer => Enumerable.Repeat(bytes(layer).At(0, experts), Math.Min(2, layer.Count))).OrderByDescending(b => b).ToList();
            return Math.Max(sizes.Take(2).Sum(), sizes.Take(1).Sum() + outside);
        }

        long Share(Amount amount) => checked(Up(amount.Fixed, mesh.Data) + Up(amount.PerExpert * experts, replicas));
    }

    /// <summary>Why the memory does not suffice, in the layout of the Neuron runtime's out-of-memory table.</summary>
    /// <param name="what">The mesh and the machine.</param>
    /// <param name="capacity">HBM of a rank.</param>
    public string Overflow(string what, long capacity)
    {
        var text = new StringBuilder($"out of device memory (HBM): {what} needs {ScaleText.Bytes(Peak)} a rank, a rank has {ScaleText.Bytes(capacity)}.\n");
        (string Name, string Value)[] columns = [("TOTAL", ScaleText.Bytes(Peak)), .. Classes().Where(c => c.Bytes > 0).Select(c => (c.Name, ScaleText.Bytes(c.Bytes)))];
        text.Append("  Core     | ").Append(string.Join(" | ", columns.Select(c => c.Name.PadLeft(Math.Max(c.Name.Length, c.Value.Length))))).Append('\n');
        text.Append("  any rank | ").Append(string.Join(" | ", columns.Select(c => c.Value.PadLeft(Math.Max(c.Name.Length, c.Value.Length))))).Append('\n');
        return text.Append("Fix: ").Append(Classes().OrderByDescending(c => c.Bytes).First().Fix).ToString();
    }

    /// <summary>Experts of a rank at the first expert group; the others' numbers are in proportion.</summary>
    internal static int Experts(PlanDocument plan, int expertRanks) => plan.Program.Sites.Count == 0 ? 0 : plan.Program.Sites[0].Experts / expertRanks;

    internal static long Up(long bytes, long parts) => (bytes + parts - 1) / parts;

    private (string Name, long Bytes, string Fix)[] Classes()
    {
        const string Persistent = "split the experts over more ranks, or shard parameters, gradients and optimizer state over data ranks (ShardwrightScaleSharding=auto); these bytes do not depend on the batch.";
        const string Batch = "give a rank fewer tokens: a smaller Batch with more MicroBatches, or shorter sequences.";
        return [("Weights", Weights, Persistent), ("Gradients", Gradients, Persistent), ("Optimizer", Optimizer, Persistent), ("Activations", Activations, Batch), ("Routed", Routed, Batch),
            ("Gathered", Gathered, "make the largest layer smaller: two of them are whole on every rank.")];
    }

    private static long RoutedBytes(PlanDocument plan, TraceRouting? routing)
    {
        long most = 0;
        for (int member = 0; member < (routing?.Members.Count ?? 1); member++)
        {
            long bytes = 0, working = 0;
            for (int site = 0; site < plan.Program.Sites.Count; site++)
                for (int layer = 0; layer < plan.Program.Sites[site].Layers; layer++)
                {
                    var group = plan.Program.Sites[site];
                    long rows = PlanFrame.Allotted(routing is null || group.IsExact ? group.Copies : routing.RowsOf(site, layer, member));
                    bytes = checked(bytes + rows * plan.Memory.SavedBytesPerRow[site]);
                    working = Math.Max(working, checked(rows * plan.Memory.WorkingBytesPerRow[site]));
                }
            most = Math.Max(most, bytes + working);
        }
        return most;
    }
}
