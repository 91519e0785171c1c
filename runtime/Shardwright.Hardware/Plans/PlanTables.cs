namespace Shardwright.Hardware;

/// <summary>Texts that a plan repeats, written once and referred to by number: places in source, and descriptions of values.</summary>
internal sealed class PlanTables
{
    private readonly Dictionary<PlanSource, int> sources = [];
    private readonly Dictionary<string, int> values = new(StringComparer.Ordinal);
    private readonly List<PlanSource> sourceList = [];
    private readonly List<string> valueList = [];

    /// <summary>In the order in which they were first asked for.</summary>
    public IReadOnlyList<PlanSource> Sources => sourceList;

    /// <summary>In the order in which they were first asked for.</summary>
    public IReadOnlyList<string> Values => valueList;

    public int Source(PlanSource source) => Number(sources, sourceList, source);

    public int Value(string value) => Number(values, valueList, value);

    private static int Number<T>(Dictionary<T, int> numbers, List<T> list, T item) where T : notnull
    {
        if (numbers.TryGetValue(item, out int number))
            return number;
        list.Add(item);
        return numbers[item] = list.Count - 1;
    }
}
