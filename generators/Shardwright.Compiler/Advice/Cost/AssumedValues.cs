using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Cost;

/// <summary>How much of a step's time a machine's assumed values decide.</summary>
/// <remarks>
/// Time is homogeneous in what a machine file says: twice all latencies and half of all rates make every step take twice as long. So the shares d ln T ÷ d ln value of all values, a rate's taken the other way round, add up to 1 (Euler),
/// and those of the assumed values to the part of the time that nobody published. A share is measured by a walk with the value 10 % worse: a difference quotient, which is exact where the value binds before and after.
/// </remarks>
public static class AssumedValues
{
    const double Worse = 1.1;

    /// <summary>The values of an origin that have a share in the time, the largest first: key of the machine file, share, source.</summary>
    public static IReadOnlyList<(string Key, double Share, string Source)> Shares(ModelStudy study, Origin origin)
    {
        var (machine, costs) = (study.Machine, study.Estimate.Costs);
        return [.. machine.Facts.Where(f => f.Origin == origin).GroupBy(f => f.Key.Split('[')[0]).Select(g => (Key: g.Key, Share: Share(g.Key), g.First().Source))
            .Where(f => f.Share > 0).OrderByDescending(f => f.Share).ThenBy(f => f.Key, StringComparer.Ordinal)];

        double Share(string key) => MadeWorse(machine, key) is not { } worse ? 0
            : (ProgramWalk.Balanced(new ProgramCosts(costs.Program, worse, costs.Placement)).Now - study.Step) / ((Worse - 1) * Math.Max(1, study.Step));
    }

    /// <summary>The machine with one value 10 % worse; null for values that do not enter a step's time, and for sizes, of which there is no tenth part.</summary>
    static Machine? MadeWorse(Machine machine, string key)
    {
        var rank = machine.Rank;
        string[] parts = key.Split('.');
        return key switch
        {
            "overlapSlowdown" => machine with { OverlapSlowdown = machine.OverlapSlowdown * Worse },
            "chip.hbmEfficiency" => machine with { Rank = rank with { HbmEfficiency = rank.HbmEfficiency / Worse } },
            "chip.hbmBandwidth" => machine with { Rank = rank with { HbmBandwidth = rank.HbmBandwidth / Worse } },
            "core.vectorElements" => machine with { Rank = rank with { VectorElements = rank.VectorElements / Worse } },
            "core.scalarElements" => machine with { Rank = rank with { ScalarElements = rank.ScalarElements / Worse } },
            "core.gpSimdElements" => machine with { Rank = rank with { GpSimdElements = rank.GpSimdElements / Worse } },
            "core.dmaBandwidth" => machine with { Rank = rank with { DmaBandwidth = rank.DmaBandwidth / Worse } },
            "core.opOverhead" => machine with { Rank = rank with { OpOverhead = Longer(rank.OpOverhead) } },
            "core.tensorClock" => machine with { Rank = rank with { TensorClock = rank.TensorClock / Worse } },
            "core.clockRamp" => machine with { Rank = rank with { ClockRampSeconds = rank.ClockRampSeconds * Worse } },
            "core.tensorEfficiency" => machine with { Rank = rank with { TensorEfficiency = rank.TensorEfficiency / Worse } },
            "core.halfEfficiencyFlops" => machine with { Rank = rank with { HalfEfficiencyFlops = rank.HalfEfficiencyFlops * Worse } },
            _ => parts.Length == 3 && parts[0] == "core" && parts[1] == "tensorFlops" ? machine with { Rank = rank with { TensorFlops = Slower(rank.TensorFlops, (int)Enum.Parse(typeof(OperandFormat), parts[2], ignoreCase: true)) } }
                : parts.Length == 3 && parts[0] == "links" ? Level(machine, parts[1], parts[2]) : null,
        };
    }

    static Machine? Level(Machine machine, string name, string value)
    {
        Func<LinkLevel, LinkLevel>? change = value switch
        {
            "bytesPerSecond" or "bytesPerSecondOfCore" => level => level with { BytesPerSecond = [.. level.BytesPerSecond.Select(rate => rate / Worse)] },
            "hop" => level => level with { HopPicoseconds = Longer(level.HopPicoseconds) },
            "base" => level => level with { BasePicoseconds = Longer(level.BasePicoseconds) },
            _ => null,
        };
        return change is null ? null : machine with { Levels = [.. machine.Levels.Select(level => string.Equals(level.Name, name, StringComparison.OrdinalIgnoreCase) ? change(level) : level)] };
    }

    static long Longer(long picoseconds) => (long)Math.Round(picoseconds * Worse);

    static IReadOnlyList<double> Slower(IReadOnlyList<double> rates, int format) => [.. rates.Select((rate, i) => i == format ? rate / Worse : rate)];
}
