namespace Shardwright.Hardware.Reports;

/// <summary>Bytes of a step over links, from a source to a destination.</summary>
/// <param name="Unit">What a row is: rank, chip, instance, or several instances.</param>
/// <param name="RanksPerUnit">Neighbouring ranks of a row.</param>
/// <param name="Names">Of the rows and columns.</param>
/// <param name="Bytes">[source][destination]; their sum is the bytes over links of all ranks.</param>
public sealed record CommunicationMatrix(string Unit, int RanksPerUnit, IReadOnlyList<string> Names, IReadOnlyList<IReadOnlyList<long>> Bytes)
{
    /// <summary>Rows at most.</summary>
    public const int MostUnits = 64;

    /// <summary>Ranks up to which every rank's peers are looked at; beyond, where an algorithm sends to all, those of a unit's first rank stand for the others of the unit.</summary>
    private const int MostSources = 1024;

    /// <summary>How the bytes of each algorithm are given to pairs.</summary>
    public static string Rule => CollectiveFlow.Rule;

    internal static CommunicationMatrix Of(ProgramCosts costs, IReadOnlyList<OpEstimate> estimates)
    {
        int ranks = costs.Placement.Data, perUnit = RanksOfUnit(costs.Machine, ranks), units = (ranks + perUnit - 1) / perUnit;
        var bytes = Enumerable.Range(0, units).Select(_ => new long[units]).ToArray();
        // Collectives that send along the same ways are given to pairs together.
        foreach (var same in estimates.Where(estimate => estimate.Collective is { LinkBytes: > 0 }).GroupBy(estimate => (estimate.Op.Collective!.Kind, estimate.Op.Collective.Group, estimate.Collective!.Value.Algorithm)))
            Add(costs, same.Key.Kind, same.Key.Group, Size(costs, same.First()), checked(same.Sum(estimate => estimate.Collective!.Value.LinkBytes * estimate.Runs)), perUnit, bytes);
        return new(perUnit == 1 ? "rank" : perUnit == costs.Machine.RanksPerChip ? "chip" : perUnit == costs.Machine.RanksPerInstance ? "instance" : "instances", perUnit, [.. Enumerable.Range(0, units).Select(unit => Name(costs, perUnit, unit))], bytes);
    }

    private static int RanksOfUnit(Machine machine, int ranks)
    {
        int perUnit = new[] { 1, machine.RanksPerChip, machine.RanksPerInstance }.FirstOrDefault(size => Fits(size));
        for (int size = machine.RanksPerInstance; perUnit == 0; size = checked(size * 2))
            perUnit = Fits(size) ? size : 0;
        return perUnit;

        bool Fits(int size) => (ranks + size - 1) / size <= MostUnits;
    }

    private static string Name(ProgramCosts costs, int perUnit, int unit)
    {
        var (machine, placement) = (costs.Machine, costs.Placement);
        int replicas = placement.Data / placement.Expert;
        // Where an expert's replicas are neighbours, place and number differ.
        if (perUnit == 1)
            return FormattableString.Invariant($"rank {(placement.ExpertInnermost ? unit : unit % replicas * placement.Expert + unit / replicas)}");
        if (perUnit == machine.RanksPerChip)
            return FormattableString.Invariant($"chip {unit}");
        int instances = perUnit / machine.RanksPerInstance;
        return instances == 1 ? FormattableString.Invariant($"instance {unit}") : FormattableString.Invariant($"instances {unit * instances} to {(unit + 1) * instances - 1}");
    }

    /// <summary>Bytes of a collective as its timer wants them, at even load.</summary>
    private static long Size(ProgramCosts costs, OpEstimate estimate)
    {
        var (op, collective) = (estimate.Op, estimate.Op.Collective!);
        var load = op.Site < 0 ? default : new BalancedRouting(costs.Program, costs.Placement.Expert).Load(op.Site, 0, 0, 0, op.Chunk);
        return collective.BytesOf(costs.Placement.Size(collective.Group), load, op.Site < 0 ? 0 : costs.Experts(op.Site));
    }

    private static void Add(ProgramCosts costs, CollectiveKind kind, CollectiveGroup group, long size, long sent, int perUnit, long[][] bytes)
    {
        var timer = CollectiveTime.Timer(costs.Machine, kind, costs.Shape(group));
        int members = costs.Placement.Size(group), ranks = costs.Placement.Data;
        int stride = Stride(costs.Placement, group);
        var flows = timer.Flows(size).Select(flow => (Flow: flow, Where: flow.Axes.Select(axis => Index(timer.Axes, axis)).ToArray())).ToList();
        double all = flows.Sum(flow => flow.Flow.SentPerByte);
        long[] radix = new long[timer.Axes.Count];
        for (int i = 0; i < radix.Length; i++)
            radix[i] = i == 0 ? 1 : radix[i - 1] * timer.Axes[i - 1].Count;
        bool samples = ranks > MostSources;
        double[]?[] ofUnit = new double[]?[flows.Count];
        for (int rank = 0; rank < ranks; rank++)
        {
            // Ranks of a group are a stride apart; what lies between belongs to the groups beside it.
            int block = rank / (stride * members) * stride * members + rank % stride, member = (rank - block) / stride;
            double[] weights = new double[bytes.Length];
            for (int i = 0; i < flows.Count; i++)
            {
                var (flow, where) = flows[i];
                if (!samples || flow.Pattern != PeerPattern.All || rank % perUnit == 0)
                    ofUnit[i] = To(flow, where);
                double[] to = ofUnit[i]!;
                double total = to.Sum();
                for (int unit = 0; unit < to.Length && total > 0; unit++)
                    weights[unit] += to[unit] / total * flow.SentPerByte / all;
            }
            Spread(sent, weights, bytes[rank / perUnit]);

            double[] To(CollectiveFlow flow, int[] where)
            {
                double[] to = new double[bytes.Length];
                int[] place = [.. where.Select(axis => (int)(member / radix[axis] % timer.Axes[axis].Count))];
                flow.Visit(place, (peer, weight) =>
                {
                    long other = member;
                    for (int i = 0; i < peer.Length; i++)
                        other += (peer[i] - place[i]) * radix[where[i]];
                    to[(block + other * stride) / perUnit] += weight;
                });
                return to;
            }
        }
    }

    /// <summary>The axis itself, not one like it: both dimensions of a torus are alike.</summary>
    private static int Index(IReadOnlyList<Axis> axes, Axis axis) => Enumerable.Range(0, axes.Count).First(i => ReferenceEquals(axes[i], axis));

    private static int Stride(MeshPlacement placement, CollectiveGroup group) => group switch
    {
        CollectiveGroup.ExpertPeers => placement.ExpertInnermost ? 1 : placement.Data / placement.Expert,
        CollectiveGroup.ExpertReplicas => placement.ExpertInnermost ? placement.Expert : 1,
        _ => 1,
    };

    /// <summary>Whole bytes whose sum is exactly what was sent: every boundary between two destinations is rounded.</summary>
    private static void Spread(long sent, double[] weights, long[] row)
    {
        double total = weights.Sum(), sum = 0;
        long before = 0;
        int last = Array.FindLastIndex(weights, weight => weight > 0);
        for (int unit = 0; unit <= last; unit++)
        {
            sum += weights[unit];
            long upTo = unit == last ? sent : Math.Min(sent, (long)Math.Round(sum / total * sent));
            row[unit] += upTo - before;
            before = upTo;
        }
    }
}
