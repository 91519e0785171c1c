namespace Shardwright.Hardware;

/// <summary>The levels of links from the section <c>links</c>.</summary>
internal static class LinkBuilder
{
    private const double PicosecondsPerSecond = 1e12;

    private static readonly string[] LevelKeys = ["shape", "dimensions", "bytesPerSecond", "hop", "base", "efficiency"];

    public static IReadOnlyList<LinkLevel> Build(Section root, int ranksPerChip, int coresPerRank, int chips)
    {
        var links = root.Child("links", "chip", "instance", "rack", "ultraServer", "cluster");
        var levels = new List<LinkLevel>();
        if (ranksPerChip > 1)
            levels.Add(Chip(links.Child("chip", "bytesPerSecondOfCore", "hop", "base"), ranksPerChip, coresPerRank));

        var instance = Level(links, "instance", "instance", linksPerUnit: 1);
        if (instance.Units != chips)
            throw Section.Problem(links.Need("instance"), $"the dimensions of 'links.instance' make {instance.Units} chips, 'instance.chips' says {chips}");
        levels.Add(instance);

        int below = chips;
        foreach ((string key, string name) in new[] { ("rack", "rack"), ("ultraServer", "UltraServer") })
        {
            if (!links.Has(key))
                continue;
            var level = Level(links, key, name, below);
            levels.Add(level);
            below *= level.Units;
        }

        levels.Add(Level(links, "cluster", "cluster", below));
        return levels.AsReadOnly();
    }

    /// <summary>Bytes a second that a chip can send over all its links at once, one direction.</summary>
    public static double BytesPerSecondOfChip(IReadOnlyList<LinkLevel> levels)
    {
        double sum = 0;
        foreach (var level in levels)
        {
            if (level.Name == "chip")
                continue;
            for (int i = 0; i < level.Dimensions.Count; i++)
            {
                // A ring of two has one neighbour, a longer one two.
                int neighbours = level.Shape == LinkShape.Torus ? Math.Min(2, level.Dimensions[i] - 1) : 1;
                sum += neighbours * level.BytesPerSecond[i];
            }
        }

        return sum;
    }

    private static LinkLevel Chip(Section section, int ranks, int coresPerRank) => new()
    {
        Name = "chip",
        Dimensions = Array.AsReadOnly([ranks]),
        Shape = LinkShape.Switch,
        BytesPerSecond = Array.AsReadOnly([coresPerRank * section.Number("bytesPerSecondOfCore", Measure.BytesPerSecond)]),
        HopPicoseconds = Picoseconds(section, "hop"),
        BasePicoseconds = section.Has("base") ? Picoseconds(section, "base") : 0,
    };

    private static LinkLevel Level(Section links, string key, string name, int linksPerUnit)
    {
        bool isLast = key == "cluster";
        var section = links.Child(key, isLast ? [.. LevelKeys.Where(k => k is not ("shape" or "dimensions"))] : LevelKeys);
        bool isTorus = !isLast && section.Text("shape", "torus", "switch") == "torus";
        IReadOnlyList<int> dimensions = isLast ? Array.AsReadOnly([0]) : section.Counts("dimensions");
        if (dimensions.Count > 1 && !isTorus)
            throw Section.Problem(section.Need("dimensions"), $"found {dimensions.Count} dimensions for the switch '{key}'; need one, the number of its ports");
        if (dimensions.Aggregate(1.0, (product, size) => product * size) > Units.Most(Measure.Count))
            throw Section.Problem(section.Need("dimensions"), $"the dimensions of '{key}' make more than {Units.Most(Measure.Count):0} units");

        var rates = section.Numbers("bytesPerSecond", Measure.BytesPerSecond);
        if (rates.Count != dimensions.Count && rates.Count != 1)
            throw Section.Problem(section.Need("bytesPerSecond"), $"found {rates.Count} rates for the {dimensions.Count} dimensions of '{key}'; need one, or one a dimension");
        return new()
        {
            Name = name,
            Dimensions = dimensions,
            Shape = isTorus ? LinkShape.Torus : LinkShape.Switch,
            BytesPerSecond = dimensions.Select((_, i) => rates[rates.Count == 1 ? 0 : i]).ToList().AsReadOnly(),
            LinksPerUnit = linksPerUnit,
            HopPicoseconds = Picoseconds(section, "hop"),
            BasePicoseconds = section.Has("base") ? Picoseconds(section, "base") : 0,
            Efficiency = section.Has("efficiency") ? EfficiencyReader.Read(section) : null,
        };
    }

    private static long Picoseconds(Section section, string key) => (long)Math.Round(section.Number(key, Measure.Seconds, zero: true) * PicosecondsPerSecond);
}
