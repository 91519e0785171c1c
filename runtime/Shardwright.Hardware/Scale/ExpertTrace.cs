using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>
/// Recorded routing: token copies by layer and expert. The file is JSON with a member <c>logical_count</c>, a list of layers of one number an expert; layers without any token are dense and left out.
/// </summary>
/// <param name="Counts">Token copies of each sparse layer and expert: [layer][expert].</param>
public sealed record ExpertTrace(IReadOnlyList<IReadOnlyList<double>> Counts)
{
    /// <summary>Experts of a layer.</summary>
    public int Experts => Counts[0].Count;

    /// <summary>Reads a trace.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="ScaleException">It is no trace.</exception>
    public static ExpertTrace Read(string json, string path)
    {
        JsonValue root;
        try
        {
            root = JsonValue.Parse(json, path);
        }
        catch (JsonException exception)
        {
            throw new ScaleException(ScaleRequest.TraceSetting, exception.Message);
        }
        if (root["logical_count"] is not { Kind: JsonKind.Array } layers)
            throw new ScaleException(ScaleRequest.TraceSetting, $"{path} has no list 'logical_count'; need one of layers, each a list of the token copies of every expert");
        var counts = layers.Items.Select(layer => Layer(layer, path)).Where(layer => layer.Any(count => count > 0)).ToList();
        if (counts.Count == 0)
            throw new ScaleException(ScaleRequest.TraceSetting, $"{path} has no layer with tokens");
        if (counts.Find(layer => layer.Count != counts[0].Count) is { } other)
            throw new ScaleException(ScaleRequest.TraceSetting, $"{path} has layers of {counts[0].Count} and of {other.Count} experts; need one number");
        return new(counts);
    }

    /// <summary>A trace of one layer in which the first rank of every group has <paramref name="factor"/> times the mean and the others share the rest.</summary>
    /// <param name="factor">max ÷ mean, 1 to <paramref name="ranks"/>.</param>
    /// <param name="experts">Experts.</param>
    /// <param name="ranks">Ranks that hold them together; divides the experts.</param>
    public static ExpertTrace OneBusyRank(double factor, int experts, int ranks)
    {
        if (!(factor >= 1 && factor <= ranks))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, $"The busiest of {ranks} ranks has 1 to {ranks} times the mean.");
        double others = ranks == 1 ? 0 : (ranks - factor) / (ranks - 1);
        return new([[.. Enumerable.Range(0, experts).Select(expert => expert < experts / ranks ? factor : others)]]);
    }

    /// <summary>max ÷ mean of the ranks' rows in every layer, with experts placed in contiguous runs.</summary>
    /// <param name="ranks">Ranks that hold the experts together; divides the experts.</param>
    public IReadOnlyList<double> Factors(int ranks) => [.. Counts.Select(layer => ExpertLoad.Factor(layer, ranks))];

    private static IReadOnlyList<double> Layer(JsonValue layer, string path) => layer.Kind == JsonKind.Array
        ? [.. layer.Items.Select(item => item.Kind == JsonKind.Number && item.Number >= 0 ? item.Number : throw Wrong(item))]
        : throw Wrong(layer);

    private static ScaleException Wrong(JsonValue item) => new(ScaleRequest.TraceSetting, $"{item.Path} in line {item.Line} has {item.KindName} '{item.Text}'; need lists of numbers of at least 0");
}
