using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>What the compiler decided about a model on a mesh: the same facts that the emitted code, the diagnostics and the report show.</summary>
public sealed record ProgramPlan
{
    /// <summary>Type name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Ranks (data-parallel size of the dense parts).</summary>
    public required int Data { get; init; }

    /// <summary>Ranks over which the experts are split; divides <see cref="Data"/>.</summary>
    public required int Expert { get; init; }

    /// <summary>Micro-batches of a training step.</summary>
    public required int MicroBatches { get; init; }

    /// <summary>Sequences in a global micro-batch; <see cref="Data"/> divides it.</summary>
    public required int Batch { get; init; }

    /// <summary>Tokens in a sequence.</summary>
    public required int TokensPerSequence { get; init; }

    /// <summary>Whether gradients are clipped by their global norm.</summary>
    public required bool Clip { get; init; }

    /// <summary>Arena bytes of weights, gradients and optimizer state, per rank.</summary>
    public required long PersistentBytes { get; init; }

    /// <summary>Arena bytes whose size does not depend on routing, persistent ones included, per rank.</summary>
    public required long StaticBytes { get; init; }

    /// <summary>
    /// The part of <see cref="StaticBytes"/> that belongs at the far end of device memory: temporaries that are dead while the routed stack is at its largest, which may then grow into them. The emulation
    /// places them right below the stack and counts them as what they are: in use or free.
    /// </summary>
    public long TemporaryBytes { get; init; }

    /// <summary>Whether buffers are stored in bfloat16: 2 bytes an element on the device, which every size and offset of the plan counts; the host holds them as float32.</summary>
    public bool StoresBFloat16 { get; init; }

    /// <summary>Lower bound, from liveness alone, on the bytes that are not persistent.</summary>
    public long LiveLowerBoundBytes { get; init; }

    /// <summary>Parameters; a slot's index is its number everywhere.</summary>
    public required IReadOnlyList<ParameterSlot> Parameters { get; init; }

    /// <summary>Inputs in the order of the loss function's parameters.</summary>
    public required IReadOnlyList<InputSlot> Inputs { get; init; }

    /// <summary>Every buffer of the arena.</summary>
    public required IReadOnlyList<NamedBuffer> Buffers { get; init; }

    /// <summary>Expert groups in the order of execution.</summary>
    public IReadOnlyList<ExpertSite> Experts { get; init; } = [];

    /// <summary>Elements of Forward's result over the global micro-batch; 0 when there is none.</summary>
    public long OutputElements { get; init; }

    /// <summary>The step, statement by statement, as <see cref="Shardwright.Hardware.PlanReader"/> reads it; null in a plan without a clock.</summary>
    public string? Document { get; init; }

    /// <summary>Tokens in a global micro-batch.</summary>
    public int Tokens => checked(Batch * TokensPerSequence);

    /// <summary>Peak bytes of a rank when every expert receives its even share.</summary>
    public long BalancedPeakBytes => PeakBytes(RowsEverywhere(site => site.Kept((Tokens * site.TopK + Data - 1) / Data, site.ExpertCount, Batch / Data)));

    /// <summary>Peak bytes of a rank when every token of its expert group goes to this rank as often as it can, and as its experts' capacity lets it. Groups that are <see cref="ExpertSite.IsExact"/> have their even share, so that a plan of such groups alone has one peak.</summary>
    public long WorstPeakBytes => PeakBytes(RowsEverywhere(site => WorstRows(site, site.ExpertCount / Expert)));

    /// <summary>
    /// Peak bytes of a rank that receives <paramref name="rows"/> [site, layer] rows: the static bytes, what earlier layers saved, and the running layer's whole
    /// frame, at its largest moment. Rows are rounded up to 16, as on the routed stack. Scratch of the padded and gathered dispatch comes on top.
    /// </summary>
    /// <exception cref="ArgumentException">Another number of sites and layers than the plan's.</exception>
    public long PeakBytes(params ReadOnlySpan<int> rows) => PeakBytes(rows, []);

    /// <inheritdoc cref="PeakBytes(ReadOnlySpan{int})"/>
    /// <param name="rows">Rows, [site, layer].</param>
    /// <param name="scratch">Bytes that a padded or gathered exchange takes on the stack while rows travel, [site, layer]; empty for none.</param>
    public long PeakBytes(ReadOnlySpan<int> rows, ReadOnlySpan<long> scratch)
    {
        int needed = Experts.Sum(site => site.Layers);
        if (rows.Length != needed)
            throw new ArgumentException($"PeakBytes of {Model}: got {rows.Length} row counts, need {needed} (site by site, layer by layer).", nameof(rows));
        if (scratch.Length > 0 && scratch.Length != needed)
            throw new ArgumentException($"PeakBytes of {Model}: got {scratch.Length} sizes of scratch, need {needed} (site by site, layer by layer) or none.", nameof(scratch));
        long saved = 0, peak = TemporaryBytes;
        var order = InExecutionOrder().ToList();
        foreach (var (site, index) in order)
        {
            long rounded = RoutedStack.RoundRows(rows[index]), travelling = scratch.Length == 0 ? 0 : scratch[index];
            peak = Math.Max(peak, saved + rounded * (site.SavedBytesPerRow + site.ForwardWorkingBytesPerRow) + site.Temporaries.Forward + travelling);
            saved += rounded * site.SavedBytesPerRow;
            peak = Math.Max(peak, saved + site.Temporaries.Kept);
        }
        foreach (var (site, index) in Enumerable.Reverse(order))
        {
            long rounded = RoutedStack.RoundRows(rows[index]), travelling = scratch.Length == 0 ? 0 : scratch[index];
            peak = Math.Max(peak, saved + rounded * site.ArrivingBytesPerRow + site.Temporaries.Arriving + travelling);
            peak = Math.Max(peak, saved + rounded * site.BackwardWorkingBytesPerRow + site.Temporaries.Backward);
            peak = Math.Max(peak, saved + rounded * site.LeavingBytesPerRow + site.Temporaries.Leaving + travelling);
            saved -= rounded * site.SavedBytesPerRow;
            peak = Math.Max(peak, saved + site.Temporaries.Closed);
        }
        return StaticBytes - TemporaryBytes + peak;
    }

    /// <summary>The same with a planner of the user's own, which may send a rank's slots what it likes.</summary>
    internal long WorstPeakBytesOfAnyPlan => PeakBytes(RowsEverywhere(site => WorstRows(site, site.ExpertCount / Expert + site.Slots)));

    private int WorstRows(ExpertSite site, int experts)
    {
        var rows = new DispatchRows(Tokens / Data, site.TopK, site.ExpertCount, Expert);
        return site.IsExact ? site.Kept(checked((int)rows.Even), site.ExpertCount, Batch / Data) : site.Kept(checked((int)rows.CopiesTo(experts)), experts, Batch / (Data / Expert));
    }

    private IEnumerable<(ExpertSite Site, int Index)> InExecutionOrder()
    {
        int first = 0;
        for (int site = 0; site < Experts.Count;)
        {
            int end = site + 1;
            while (end < Experts.Count && Experts[site].Loop >= 0 && Experts[end].Loop == Experts[site].Loop)
                end++;
            for (int layer = 0; layer < Experts[site].Layers; layer++)
                for (int member = site; member < end; member++)
                    yield return (Experts[member], first + (member - site) * Experts[site].Layers + layer);
            first += (end - site) * Experts[site].Layers;
            site = end;
        }
    }

    private int[] RowsEverywhere(Func<ExpertSite, int> rows) => [.. Experts.SelectMany(site => Enumerable.Repeat(rows(site), site.Layers))];
}
