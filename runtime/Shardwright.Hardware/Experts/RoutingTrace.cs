using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>
/// Token copies by layer and expert, recorded from a run. The file is the format of SGLang's expert statistics: an object whose <c>logical_count</c> is an array with an array of counts for each layer; dense layers count 0 everywhere.
/// </summary>
public sealed class RoutingTrace
{
    private RoutingTrace(IReadOnlyList<IReadOnlyList<double>> layers) => Layers = layers;

    /// <summary>Token copies: [layer][expert], every layer of the file.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Layers { get; }

    /// <summary>The layers that have experts: any count above 0.</summary>
    public IEnumerable<IReadOnlyList<double>> ExpertLayers => Layers.Where(layer => layer.Any(count => count > 0));

    /// <summary>Reads a trace.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="JsonException">It is no JSON, or no trace; the message names file, line, what was found and what is needed.</exception>
    public static RoutingTrace Read(string json, string path)
    {
        JsonValue root = JsonValue.Parse(json, path);
        if (root.Kind != JsonKind.Object || root["logical_count"] is not { } counts)
            throw Problem(root, $"found {(root.Kind == JsonKind.Object ? "an object without 'logical_count'" : root.KindName)}; need an object with 'logical_count', an array of counts for each layer");
        if (counts.Kind != JsonKind.Array || counts.Items.Count == 0)
            throw Problem(counts, $"found {(counts.Kind == JsonKind.Array ? "an empty array" : counts.KindName)} for 'logical_count'; need an array of counts for each layer");
        var layers = new List<IReadOnlyList<double>>();
        foreach (JsonValue layer in counts.Items)
        {
            if (layer.Kind != JsonKind.Array || layer.Items.Count == 0)
                throw Problem(layer, $"found {(layer.Kind == JsonKind.Array ? "an empty array" : layer.KindName)} for layer {layers.Count}; need a count for each expert");
            if (layers.Count > 0 && layer.Items.Count != layers[0].Count)
                throw Problem(layer, $"layer {layers.Count} has {layer.Items.Count} experts, layer 0 has {layers[0].Count}; need the same number");
            layers.Add([.. layer.Items.Select(Count)]);
        }
        return new RoutingTrace(layers.AsReadOnly());
    }

    private static double Count(JsonValue value) => value.Kind == JsonKind.Number && value.Number >= 0
        ? value.Number
        : throw Problem(value, $"found {(value.Kind == JsonKind.Number ? value.Text : value.KindName)}; need a count of token copies, at least 0");

    private static JsonException Problem(JsonValue value, string problem) => new(problem, value.Path, value.Line, value.Column);
}
