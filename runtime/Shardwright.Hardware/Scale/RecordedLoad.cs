using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>How the token copies of each layer with experts fall on these: the proportions count, not the amounts.</summary>
/// <param name="Layers">Token copies: [layer][expert], the same number of experts in every layer.</param>
public sealed record RecordedLoad(IReadOnlyList<IReadOnlyList<double>> Layers)
{
    /// <summary>Experts of a layer.</summary>
    public int Experts => Layers[0].Count;

    /// <summary>Reads a <see cref="RoutingTrace"/>; its dense layers, which have no tokens, are left out.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="ScaleException">It is no trace, or one without tokens.</exception>
    public static RecordedLoad Read(string json, string path)
    {
        try
        {
            var layers = RoutingTrace.Read(json, path).ExpertLayers.ToList();
            return layers.Count > 0 ? new(layers) : throw new ScaleException(ScaleRequest.TraceSetting, $"{path} has no layer with tokens; need at least one");
        }
        catch (JsonException exception)
        {
            throw new ScaleException(ScaleRequest.TraceSetting, exception.Message);
        }
    }

    /// <summary>One layer in which the first rank of every group has <paramref name="factor"/> times the mean and the others share the rest.</summary>
    /// <param name="factor">max ÷ mean, 1 to <paramref name="ranks"/>.</param>
    /// <param name="experts">Experts.</param>
    /// <param name="ranks">Ranks that hold them together; divides the experts.</param>
    /// <exception cref="ArgumentOutOfRangeException">No rank can have that much.</exception>
    public static RecordedLoad OneBusyRank(double factor, int experts, int ranks)
    {
        if (!(factor >= 1 && factor <= ranks))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, $"The busiest of {ranks} ranks has 1 to {ranks} times the mean.");
        double others = ranks == 1 ? 0 : (ranks - factor) / (ranks - 1);
        return new([[.. Enumerable.Range(0, experts).Select(expert => expert < experts / ranks ? factor : others)]]);
    }
}
