namespace Shardwright.Hardware;

/// <summary>The bucket algorithm on all dimensions at once, direct all-to-all: a torus without published rules (TPU).</summary>
internal static class TorusRules
{
    public static AlgorithmChoice Choose(CollectiveKind kind, Axis[] axes) =>
        AlgorithmChoice.Only(kind == CollectiveKind.AllToAll ? DirectAllToAll.Exchange(axes) : Rounds.Of(kind, Torus.Gather(axes, 1)));
}
