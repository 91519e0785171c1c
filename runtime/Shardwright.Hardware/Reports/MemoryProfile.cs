namespace Shardwright.Hardware.Reports;

/// <summary>Memory at a statement.</summary>
/// <param name="Operation">The statement.</param>
/// <param name="Iteration">Iterations of the loops around it; empty outside.</param>
/// <param name="Bytes">Bytes by <see cref="MemoryClass"/>.</param>
public sealed record MemoryPoint(int Operation, string Iteration, IReadOnlyList<long> Bytes)
{
    /// <summary>All classes.</summary>
    public long Total => Bytes.Sum();
}

/// <summary>A buffer that is there at the peak.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Bytes">Bytes of it, of all layers that keep rows.</param>
public sealed record BufferAtPeak(PlanBuffer Buffer, long Bytes);

/// <summary>
/// Device memory of a rank over program order, at even load: what is reserved, the rows that the layers before have kept, and what of the far end of memory is in use, as the plan lays it out and the emulator counts it.
/// The first micro-batch and the update; further micro-batches repeat the first.
/// </summary>
/// <param name="Points">In program order.</param>
/// <param name="PeakPoint">Index of the first point with most bytes.</param>
/// <param name="Omitted">What the points leave out, in words; empty when nothing.</param>
/// <param name="AtPeak">Buffers at the peak, the largest first.</param>
public sealed record MemoryProfile(IReadOnlyList<MemoryPoint> Points, int PeakPoint, string Omitted, IReadOnlyList<BufferAtPeak> AtPeak)
{
    private const int MostPoints = 2000;

    /// <summary>The most that is in use at once, bytes.</summary>
    public long PeakBytes => Points[PeakPoint].Total;

    internal static MemoryProfile Of(PlanDocument plan)
    {
        var walk = new MemoryWalk(plan);
        var detail = TimelineDetail.ChooseStatements(plan.Program, MostPoints);
        var points = new List<MemoryPoint>();
        IReadOnlyList<BufferAtPeak> atPeak = [];
        long peak = -1;
        bool peakIsExtra = false, omits = false;
        int peakPoint = 0;
        foreach (var visit in StepVisits.FirstMicroBatch(plan.Program))
        {
            bool shows = detail.Shows(visit.Place);
            long total = walk.Enter(visit.Op.Index);
            omits |= !shows;
            if (total > peak)
            {
                // The peak is shown whether or not its iteration is; an earlier candidate that was kept for this alone goes.
                if (peakIsExtra)
                    points.RemoveAt(peakPoint);
                (peak, peakIsExtra, peakPoint, atPeak) = (total, !shows, points.Count, walk.Buffers());
                points.Add(new(visit.Op.Index, LoopPlace.Text(visit.Place), walk.Bytes()));
            }
            else if (shows)
                points.Add(new(visit.Op.Index, LoopPlace.Text(visit.Place), walk.Bytes()));
            walk.Leave(visit.Op.Index);
        }
        return new(points, peakPoint, Words(plan, omits), atPeak);
    }

    private static string Words(PlanDocument plan, bool omits) => string.Join("; ", new[]
    {
        omits ? "of every loop's iterations the first, one in the middle, the last and that of the peak, or fewer" : "",
        plan.MicroBatches > 1 ? FormattableString.Invariant($"micro-batches after the first, which repeat it: {plan.MicroBatches - 1}") : "",
    }.Where(part => part.Length > 0));
}
