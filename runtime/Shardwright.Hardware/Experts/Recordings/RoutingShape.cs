namespace Shardwright.Hardware;

/// <summary>An expert group whose routing is recorded.</summary>
/// <param name="Path">Path in the model, for messages.</param>
/// <param name="Layers">Layers of it.</param>
/// <param name="Experts">Experts of a layer.</param>
/// <param name="TopK">Experts a token goes to.</param>
public sealed record RoutingGroup(string Path, int Layers, int Experts, int TopK);

/// <summary>What is recorded in each step: micro-batches, in each every layer of every expert group, and there a count for every rank that sends and every expert.</summary>
/// <param name="Ranks">Ranks that send.</param>
/// <param name="MicroBatches">Micro-batches of a step.</param>
/// <param name="Groups">Expert groups in the order of execution.</param>
public sealed record RoutingShape(int Ranks, int MicroBatches, IReadOnlyList<RoutingGroup> Groups)
{
    /// <summary>Layers of all groups.</summary>
    public int Layers { get; } = Groups.Sum(group => group.Layers);

    /// <summary>Records of a step.</summary>
    public int RecordsPerStep => checked(MicroBatches * Layers);

    /// <summary>Number of a record within its step: by micro-batch, group, layer.</summary>
    public int IndexOf(int microBatch, int group, int layer)
    {
        int first = 0;
        for (int other = 0; other < group; other++)
            first += Groups[other].Layers;
        return microBatch * Layers + first + layer;
    }

    /// <summary>Micro-batch, group and layer of a record.</summary>
    public (int MicroBatch, int Group, int Layer) At(int index)
    {
        int layer = index % Layers, group = 0;
        while (layer >= Groups[group].Layers)
            layer -= Groups[group++].Layers;
        return (index / Layers, group, layer);
    }

    /// <summary>Counts of one record of a group, all 0: [ranks][experts].</summary>
    public int[][] NewCounts(int group)
    {
        var counts = new int[Ranks][];
        for (int rank = 0; rank < Ranks; rank++)
            counts[rank] = new int[Groups[group].Experts];
        return counts;
    }
}
