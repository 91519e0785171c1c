using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>A machine from a resolved tree.</summary>
internal static class MachineBuilder
{
    private static readonly string[] Keys =
        ["name", "extends", "notes", "chip", "core", "instance", "links", "collectives", "overlapSlowdown", "chipHoursBetweenFailures", "power", "calibration"];

    private static readonly string[] ChipKeys = ["name", "cores", "coresPerRank", "coresPerRankMost", "hbm", "hbmBandwidth", "hbmEfficiency", "headlineFlops", "float8"];

    private static readonly string[] PowerKeys =
        ["chip", "staticShare", "tensorShare", "hbmShare", "linkShare", "pue", "carbon", "embodied", "lifetime"];

    public static Machine Build(JsonValue tree)
    {
        var facts = new List<MachineFact>();
        var root = new Section(tree, "", facts, Keys);
        string name = root.Text("name");
        // It is printed into programs, tables and file names.
        if (name.Length is 0 or > 64 || !name.All(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '.' or '-' or '_' or ':'))
            throw Section.Problem(root.Need("name"), "found a name with other characters; need 1 to 64 letters (a to z), digits, dots, hyphens or underscores");
        var chip = root.Child("chip", ChipKeys);
        int cores = chip.Count("cores");
        int coresPerRank = chip.Count("coresPerRank");
        int most = chip.Count("coresPerRankMost");
        if (cores % coresPerRank != 0 || coresPerRank > most)
            throw Section.Problem(chip.Need("coresPerRank"), $"found {coresPerRank} of {cores} physical cores as a rank; need a divisor of {cores}, at most {most}");

        int ranksPerChip = cores / coresPerRank;
        var instance = root.Child("instance", "chips", "dollarsPerHour");
        int chips = instance.Count("chips");
        var headline = Formats.Rates(chip.Child("headlineFlops", Formats.Keys), out _);
        double bandwidth = chip.Number("hbmBandwidth", Measure.BytesPerSecond);
        var levels = LinkBuilder.Build(root, ranksPerChip, coresPerRank, chips);
        return new()
        {
            Name = name,
            Chip = chip.Text("name"),
            RanksPerChip = ranksPerChip,
            ChipsPerInstance = chips,
            Rank = RankBuilder.Build(root, coresPerRank, new()
            {
                Bytes = (long)(chip.Number("hbm", Measure.Bytes, least: 1) / ranksPerChip),
                Bandwidth = bandwidth / ranksPerChip,
                Efficiency = Share(chip, "hbmEfficiency"),
            }),
            HeadlineFlops = headline,
            HasFloat8 = Formats.Float8(chip),
            Levels = levels,
            Collectives = root.Text("collectives", "neuron", "neuron-switch", "nccl"),
            OverlapSlowdown = root.Number("overlapSlowdown", Measure.Ratio, least: 1),
            Power = Power(root, headline, bandwidth, LinkBuilder.BytesPerSecondOfChip(levels), facts),
            DollarsPerInstanceHour = instance.Has("dollarsPerHour") ? instance.Number("dollarsPerHour", Measure.DollarsPerHour, zero: true) : null,
            ChipHoursBetweenFailures = root.Number("chipHoursBetweenFailures", Measure.Hours),
            Calibration = root.Has("calibration") ? root.Text("calibration") : null,
            Facts = facts.AsReadOnly(),
        };
    }

    internal static double Share(Section section, string key, bool zero = false)
    {
        double share = section.Number(key, Measure.Ratio, zero: zero);
        if (share > 1)
            throw Section.Problem(section.Need(key), $"found {section.Need(key)["value"]!.Text} for a share, '{key}'; need at most 1");
        return share;
    }

    /// <summary>
    /// Energies of operations so that a chip whose tensor engine, HBM and links all run at their published peak draws exactly its full-load power: J per operation = share · watts ÷ peak rate. Vendors publish
    /// no such split.
    /// </summary>
    private static PowerRates Power(Section root, IReadOnlyList<double> headline, double hbmBandwidth, double linkBandwidth, List<MachineFact> facts)
    {
        var power = root.Child("power", PowerKeys);
        double watts = power.Number("chip", Measure.Watts);
        double still = Share(power, "staticShare", zero: true);
        double tensor = Share(power, "tensorShare");
        double hbm = Share(power, "hbmShare");
        double link = Share(power, "linkShare");
        if (Math.Abs(still + tensor + hbm + link - 1) > 1e-6)
            throw Section.Problem(power.Json, $"the shares of 'power' add up to {still + tensor + hbm + link:0.######}; need 1");

        double[] joulesPerFlop = [.. headline.Select(peak => tensor * watts / peak)];
        var rates = new PowerRates
        {
            ChipWatts = watts,
            StaticShare = still,
            JoulesPerFlop = Array.AsReadOnly(joulesPerFlop),
            JoulesPerHbmByte = hbm * watts / hbmBandwidth,
            JoulesPerLinkByte = link * watts / linkBandwidth,
            Pue = power.Number("pue", Measure.Ratio, least: 1),
            KilogramsPerKilowattHour = power.Number("carbon", Measure.KilogramsPerKilowattHour, zero: true),
            EmbodiedKilograms = power.Number("embodied", Measure.Kilograms, zero: true),
            LifetimeHours = power.Number("lifetime", Measure.Hours),
        };
        for (int i = 0; i < joulesPerFlop.Length; i++)
            facts.Add(new($"power.joulesPerFlop.{Formats.Keys[i]}", joulesPerFlop[i], "J/FLOP", Origin.Derived, "tensorShare · chip ÷ headline peak"));
        facts.Add(new("power.joulesPerHbmByte", rates.JoulesPerHbmByte, "J/B", Origin.Derived, "hbmShare · chip ÷ HBM bandwidth of a chip"));
        facts.Add(new("power.joulesPerLinkByte", rates.JoulesPerLinkByte, "J/B", Origin.Derived, "linkShare · chip ÷ bytes a second that a chip can send over all its links"));
        return rates;
    }
}
