namespace Shardwright.Hardware;

/// <summary>
/// The time of one collective in one group of one machine, prepared once and asked for any number of bytes without allocating. Every group of the same shape runs the collective at the same time, and shares links with this one.
/// </summary>
public sealed class CollectiveTimer
{
    private readonly long _base;
    private readonly AlgorithmChoice? _flat;
    private readonly Hierarchical? _hierarchical;

    /// <summary>Prepares the times of a collective.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="kind">The collective.</param>
    /// <param name="group">Where its ranks lie: <see cref="GroupShape.Of"/> for this machine.</param>
    /// <exception cref="ArgumentException">The group belongs to another machine, or the machine's <see cref="Machine.Collectives"/> names no known rules.</exception>
    public CollectiveTimer(Machine machine, CollectiveKind kind, GroupShape group)
    {
        Axis[] axes = Axis.Of(machine, group);
        Axes = axes;
        if (axes.Length == 0)
            return;
        _base = axes.Max(axis => axis.Base);
        Axis[] inside = [.. axes.Where(axis => !axis.IsOuter)];
        Axis[] between = [.. axes.Where(axis => axis.IsOuter)];
        bool twoLevels = inside.Length > 0 && between.Length > 0;
        bool wholeChips = Places.AreWholeChips(machine, group);
        switch (machine.Collectives)
        {
            case "neuron" or "neuron-switch" when twoLevels:
                int inner = inside.Aggregate(1, (product, axis) => product * axis.Count);
                _hierarchical = new Hierarchical(NeuronRules.Choose(kind, inside, 1, wholeChips), NeuronRules.Choose(kind, between, inner, wholeChips: false));
                break;
            case "neuron" or "neuron-switch":
                _flat = NeuronRules.Choose(kind, axes, 1, wholeChips && between.Length == 0);
                break;
            case "nccl" when twoLevels && kind == CollectiveKind.AllToAll:
                _hierarchical = new Hierarchical(NcclRules.Choose(kind, inside), NcclRules.Choose(kind, between));
                break;
            case "nccl":
                _flat = NcclRules.Choose(kind, axes);
                break;
            case "torus":
                _flat = TorusRules.Choose(kind, axes);
                break;
            default:
                throw new ArgumentException($"{machine.Name} names the collectives '{machine.Collectives}'; known are neuron, neuron-switch, nccl and torus.", nameof(machine));
        }
    }

    /// <summary>The cost at a number of bytes.</summary>
    /// <param name="bytes">Bytes, as the kind counts them; of the busiest rank where ranks differ.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    /// <exception cref="OverflowException">The time exceeds 2^63 picoseconds, 106 days.</exception>
    public CollectiveCost At(long bytes)
    {
        if (bytes < 0)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "A collective has no negative number of bytes.");
        if (_hierarchical is not null)
        {
            (string name, long latency, double transfer, double sentPerByte) = _hierarchical.At(bytes);
            return Cost(name, latency, transfer, sentPerByte, bytes);
        }
        if (_flat is null)
            return new CollectiveCost(0, 0, "none", 0);
        CollectiveAlgorithm algorithm = _flat.Algorithms[_flat.Pick(bytes)];
        return Cost(algorithm.Name, algorithm.Latency, algorithm.Transfer(bytes), algorithm.SentPerByte, bytes);
    }

    /// <summary>All axes of the group, innermost first: a member's number is a mixed-radix number of its places along them.</summary>
    internal IReadOnlyList<Axis> Axes { get; }

    /// <summary>Whether it goes between instances and inside them in phases that follow each other.</summary>
    internal bool IsHierarchical => _hierarchical is not null;

    /// <summary>Whom a rank sends to at a number of bytes.</summary>
    internal IEnumerable<CollectiveFlow> Flows(long bytes) => _hierarchical is not null ? _hierarchical.Flows(bytes) : _flat is not null ? _flat.Algorithms[_flat.Pick(bytes)].Flows : [];

    private CollectiveCost Cost(string name, long latency, double transfer, double sentPerByte, long bytes)
    {
        long alpha = _base + latency;
        return checked(new CollectiveCost(alpha + (long)Math.Round(transfer), (long)Math.Round(sentPerByte * bytes), name, alpha));
    }
}
