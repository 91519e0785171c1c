using System.Globalization;
using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>An object of a machine file with the keys that it may have. Reading a quantity checks value, unit, origin and source, and notes it as a fact.</summary>
internal sealed class Section
{
    private const int MostItems = 8;

    private static readonly string[] QuantityKeys = ["value", "unit", "origin", "source"];

    private readonly JsonValue json;
    private readonly string prefix;
    private readonly List<MachineFact> facts;

    public Section(JsonValue json, string name, List<MachineFact> facts, params string[] keys)
    {
        if (json.Kind != JsonKind.Object)
            throw Problem(json, $"found {json.KindName} for '{name}'; need an object");
        foreach (var member in json.Members)
        {
            if (Array.IndexOf(keys, member.Name) < 0)
                throw new MachineFileException($"unknown key '{JsonStrings.Printable(member.Name)}' in {Where(name)}{NearestName.Hint(member.Name, keys)} It may have: {string.Join(", ", keys)}", member.Value.Path, member.Line, member.Column);
        }

        this.json = json;
        this.facts = facts;
        prefix = name.Length == 0 ? "" : name + ".";
    }

    public JsonValue Json => json;

    public static MachineFileException Problem(JsonValue at, string message) => new(message, at.Path, at.Line, at.Column);

    public bool Has(string key) => json[key] is { } value && value.Kind != JsonKind.Null;

    public JsonValue Need(string key)
    {
        var value = json[key];
        if (value is null)
            throw Problem(json, $"{Where(prefix.TrimEnd('.'))} lacks '{key}'");
        return value;
    }

    public Section Child(string key, params string[] keys) => new(Need(key), prefix + key, facts, keys);

    public string Text(string key, params string[] allowed)
    {
        var value = Need(key);
        if (value.Kind != JsonKind.String || value.Text.Trim().Length == 0)
            throw Problem(value, $"found {Describe(value)} for '{prefix}{key}'; need a string{(allowed.Length > 0 ? ": " + string.Join(", ", allowed) : "")}");
        if (allowed.Length > 0 && Array.IndexOf(allowed, value.Text) < 0)
            throw Problem(value, $"found {Describe(value)} for '{prefix}{key}'{NearestName.Hint(value.Text, allowed)} Need one of: {string.Join(", ", allowed)}");
        return value.Text;
    }

    /// <summary>A quantity in the program's unit.</summary>
    public double Number(string key, Measure measure, double least = 0, bool zero = false)
    {
        var quantity = Open(key, measure, out double factor, out var origin, out string source);
        var value = quantity["value"]!;
        double number = Check(value, prefix + key, measure, factor, least, zero);
        Note(key, number, measure, origin, source);
        return number;
    }

    /// <summary>The origin that stands in this section.</summary>
    public Origin Origin() => Text("origin", "published", "derived", "assumed") switch
    {
        "published" => Hardware.Origin.Published,
        "derived" => Hardware.Origin.Derived,
        _ => Hardware.Origin.Assumed,
    };

    /// <summary>Notes a value that was read otherwise as a fact.</summary>
    public void Note(string key, double value, Measure measure, Origin origin, string source) => facts.Add(new(prefix + key, value, Units.Base(measure), origin, source));

    /// <summary>A quantity whose value is a list, or one number.</summary>
    public IReadOnlyList<double> Numbers(string key, Measure measure)
    {
        var quantity = Open(key, measure, out double factor, out var origin, out string source);
        var value = quantity["value"]!;
        var items = value.Kind == JsonKind.Array ? value.Items : [value];
        if (items.Count is 0 or > MostItems)
            throw Problem(value, $"found a list of {items.Count} as value of '{prefix}{key}'; need 1 to {MostItems} numbers");
        var numbers = new List<double>();
        for (int i = 0; i < items.Count; i++)
        {
            string name = items.Count == 1 ? prefix + key : $"{prefix}{key}[{i}]";
            double number = Check(items[i], name, measure, factor, 0, zero: false);
            facts.Add(new(name, number, Units.Base(measure), origin, source));
            numbers.Add(number);
        }

        return numbers.AsReadOnly();
    }

    /// <summary>A whole number.</summary>
    public int Count(string key, bool zero = false) => Whole(Number(key, Measure.Count, zero: zero), key);

    /// <summary>A list of whole numbers.</summary>
    public IReadOnlyList<int> Counts(string key) => Numbers(key, Measure.Count).Select(n => Whole(n, key)).ToList().AsReadOnly();

    private int Whole(double number, string key)
    {
        if (number != Math.Floor(number))
            throw Problem(json[key]!, $"found {number.ToString(CultureInfo.InvariantCulture)} for '{prefix}{key}'; need a whole number");
        return (int)number;
    }

    private JsonValue Open(string key, Measure measure, out double factor, out Origin origin, out string source)
    {
        var json = Need(key);
        string name = prefix + key;
        if (json.Kind != JsonKind.Object)
            throw Problem(json, $"found {Describe(json)} for '{name}'; need {{ \"value\": …, \"unit\": …, \"origin\": …, \"source\": … }}");
        var quantity = new Section(json, name, facts, QuantityKeys);
        quantity.Need("value");
        string unit = quantity.Text("unit");
        factor = Units.Factor(measure, unit) ?? throw Problem(json["unit"]!, $"found the unit '{JsonStrings.Printable(unit)}' for '{name}'; need {Units.Examples(measure)}");
        origin = quantity.Origin();
        source = quantity.Text("source");
        return json;
    }

    private static double Check(JsonValue value, string name, Measure measure, double factor, double least, bool zero)
    {
        if (value.Kind != JsonKind.Number)
            throw Problem(value, $"found {Describe(value)} as value of '{name}'; need a number");
        double number = value.Number * factor;
        if (number < 0)
            throw Problem(value, $"found {value.Text} as value of '{name}'; it may not be negative");
        if (number == 0 && !zero)
            throw Problem(value, $"found 0 as value of '{name}'; it must be positive");
        if (number < least)
            throw Problem(value, $"found {value.Text} as value of '{name}'; need at least {least.ToString(CultureInfo.InvariantCulture)} {Units.Base(measure)}");
        if (!(number <= Units.Most(measure)))
            throw Problem(value, $"found {value.Text} as value of '{name}', which is more than {Units.Most(measure).ToString(CultureInfo.InvariantCulture)} {Units.Base(measure)}; is the unit right?");
        return number;
    }

    private static string Describe(JsonValue value) => value.Kind switch
    {
        JsonKind.String => $"'{JsonStrings.Printable(value.Text)}'",
        JsonKind.Number => value.Text,
        _ => value.KindName,
    };

    private static string Where(string name) => name.Length == 0 ? "the file" : $"'{name}'";
}
