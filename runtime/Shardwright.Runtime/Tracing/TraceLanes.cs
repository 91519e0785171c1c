using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>The threads of a rank in a trace, and what engines are called.</summary>
internal static class TraceLanes
{
    /// <summary>Phases and layers.</summary>
    public const int Program = 0;

    /// <summary>Waiting at collectives for ranks that arrive later.</summary>
    public const int Waiting = 7;

    private static readonly string[] NeuronCore = ["TensorE", "VectorE", "ScalarE", "GpSimdE", "DMA", "collectives"];
    private static readonly string[] Other = ["tensor", "vector", "scalar", "gather/scatter", "memory", "collectives"];

    /// <summary>The thread of an engine; collectives are the last one.</summary>
    public static int Of(Engine engine) => (int)engine + 1;

    /// <summary>What the engines are called on a machine, in the order of <see cref="Engine"/>.</summary>
    public static IReadOnlyList<string> Engines(Machine machine) => machine.Collectives.StartsWith("neuron", StringComparison.Ordinal) ? NeuronCore : Other;

    /// <summary>All threads in the order in which a viewer should show them, with their names on a machine.</summary>
    public static IEnumerable<(int Lane, string Name)> All(Machine machine)
        => Engines(machine).Select((name, engine) => (Of((Engine)engine), name)).Prepend((Program, "program")).Append((Waiting, "waiting for peers"));
}
