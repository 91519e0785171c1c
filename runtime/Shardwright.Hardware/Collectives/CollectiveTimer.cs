namespace Shardwright.Hardware;

/// <summary>
/// The time of one collective in one group of one machine, prepared once and asked for any number of bytes without allocating. Every group of the same shape runs the collective at the same time, and shares links with this one.
/// </summary>
public sealed class CollectiveTimer
{
    private readonly long _base;
    private readonly AlgorithmChoice? _inside;
    private readonly AlgorithmChoice? _between;
    private readonly string[] _names = [];

    /// <summary>Prepares the times of a collective.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="kind">The collective.</param>
    /// <param name="group">Where its ranks lie: <see cref="GroupShape.Of"/> for this machine.</param>
    /// <exception cref="ArgumentException">The group belongs to another machine, or the machine's <see cref="Machine.Collectives"/> names no known rules.</exception>
    public CollectiveTimer(Machine machine, CollectiveKind kind, GroupShape group)
    {
        Axis[] axes = Axis.Of(machine, group);
        if (group.Size == 1 || axes.Length == 0)
            return;
        _base = axes.Max(axis => axis.Base);
        Axis[] inside = [.. axes.Where(axis => !axis.IsOuter)];
        Axis[] between = [.. axes.Where(axis => axis.IsOuter)];
        int inner = inside.Aggregate(1, (product, axis) => product * axis.Count);
        bool twoLevels = inside.Length > 0 && between.Length > 0;
        switch (machine.Collectives)
        {
            case "neuron" or "neuron-switch":
                _inside = inside.Length == 0 ? null : NeuronRules.Choose(kind, inside, 1, Places.AreWholeChips(machine, group));
                _between = between.Length == 0 ? null : NeuronRules.Choose(kind, between, inner, false);
                break;
            case "nccl":
                _inside = !twoLevels || kind != CollectiveKind.AllToAll ? NcclRules.Choose(kind, axes) : NcclRules.Choose(kind, inside);
                _between = twoLevels && kind == CollectiveKind.AllToAll ? NcclRules.Choose(kind, between) : null;
                break;
            case "torus":
                _inside = TorusRules.Choose(kind, axes);
                break;
            default:
                throw new ArgumentException($"{machine.Name} names the collectives '{machine.Collectives}'; known are neuron, neuron-switch, nccl and torus.", nameof(machine));
        }
        if (_inside is { } first && _between is { } second)
            _names = [.. from a in first.Algorithms from b in second.Algorithms select a.Name == DirectAllToAll.Name ? "two-level all-to-all" : $"hierarchical ({a.Name} + {b.Name})"];
    }

    /// <summary>The cost at a number of bytes.</summary>
    /// <param name="bytes">Bytes, as the kind counts them; of the busiest rank where ranks differ.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    /// <exception cref="OverflowException">The time exceeds 2^63 picoseconds, 106 days.</exception>
    public CollectiveCost At(long bytes)
    {
        if (bytes < 0)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "A collective has no negative number of bytes.");
        if (_inside is null && _between is null)
            return new CollectiveCost(0, 0, "none", 0);
        if (_inside is null || _between is null)
        {
            AlgorithmChoice only = _inside ?? _between!;
            CollectiveAlgorithm algorithm = only.Algorithms[only.Pick(bytes)];
            return Cost(algorithm.Name, algorithm.Latency, algorithm.Transfer(bytes), algorithm.SentPerByte, bytes);
        }
        int first = _inside.Pick(bytes), second = _between.Pick(bytes);
        CollectiveAlgorithm inside = _inside.Algorithms[first], between = _between.Algorithms[second];
        double transfer = Pipelining.Time(inside.Transfer(bytes), between.Transfer(bytes), Pipelining.Chunks);
        return Cost(_names[first * _between.Algorithms.Count + second], inside.Latency + between.Latency, transfer, inside.SentPerByte + between.SentPerByte, bytes);
    }

    private CollectiveCost Cost(string name, long latency, double transfer, double sentPerByte, long bytes)
    {
        long alpha = _base + latency;
        return checked(new CollectiveCost(alpha + (long)Math.Round(transfer), (long)Math.Round(sentPerByte * bytes), name, alpha));
    }
}
