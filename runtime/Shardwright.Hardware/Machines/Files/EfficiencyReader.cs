using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>A table of achieved shares by bytes and units.</summary>
internal static class EfficiencyReader
{
    private const int MostEntries = 64;

    public static EfficiencyTable Read(Section level)
    {
        var section = level.Child("efficiency", "bytes", "units", "share", "origin", "source");
        var bytes = Ascending(section.Need("bytes"), "bytes");
        var units = Ascending(section.Need("units"), "units");
        var rows = List(section.Need("share"), "share");
        if (rows.Count != bytes.Count)
            throw Section.Problem(section.Need("share"), $"found {rows.Count} rows of shares for {bytes.Count} sizes; need one a size");
        var share = new List<IReadOnlyList<double>>();
        foreach (var row in rows)
        {
            var items = List(row, "share");
            if (items.Count != units.Count)
                throw Section.Problem(row, $"found {items.Count} shares for {units.Count} numbers of units; need one each");
            share.Add(items.Select(Share).ToList().AsReadOnly());
        }

        var origin = section.Origin();
        string source = section.Text("source");
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < units.Count; column++)
                section.Note($"share[{bytes[row]} B, {units[column]} units]", share[row][column], Measure.Ratio, origin, source);
        }

        return new(bytes, units.Select(n => (int)Math.Min(int.MaxValue, n)).ToList().AsReadOnly(), share.AsReadOnly());
    }

    private static double Share(JsonValue value)
    {
        if (value.Kind != JsonKind.Number || value.Number <= 0 || value.Number > 1)
            throw Section.Problem(value, $"found {(value.Kind == JsonKind.Number ? value.Text : value.KindName)} for a share; need a number above 0, at most 1");
        return value.Number;
    }

    private static IReadOnlyList<long> Ascending(JsonValue list, string name)
    {
        var numbers = new List<long>();
        foreach (var item in List(list, name))
        {
            bool isWhole = item.Kind == JsonKind.Number && item.Number >= 1 && item.Number <= 1e15 && item.Number == Math.Floor(item.Number);
            if (!isWhole || (numbers.Count > 0 && item.Number <= numbers[numbers.Count - 1]))
                throw Section.Problem(item, $"the '{name}' of an efficiency table are whole numbers from 1, ascending");
            numbers.Add((long)item.Number);
        }

        return numbers.AsReadOnly();
    }

    private static IReadOnlyList<JsonValue> List(JsonValue value, string name)
    {
        if (value.Kind != JsonKind.Array || value.Items.Count is 0 or > MostEntries)
            throw Section.Problem(value, $"found {value.KindName} for '{name}'; need a list of 1 to {MostEntries} entries");
        return value.Items;
    }
}
