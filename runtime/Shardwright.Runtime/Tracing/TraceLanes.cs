using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>The threads of a rank in a trace.</summary>
internal static class TraceLanes
{
    /// <summary>Phases and layers.</summary>
    public const int Program = 0;

    /// <summary>Waiting at collectives for ranks that arrive later.</summary>
    public const int Waiting = 7;

    /// <summary>The thread of an engine; collectives are the last one.</summary>
    public static int Of(Engine engine) => (int)engine + 1;

    /// <summary>All threads in the order in which a viewer should show them, with their names on a machine.</summary>
    public static IEnumerable<(int Lane, string Name)> All(Machine machine)
        => machine.EngineNames.Select((name, engine) => (Of((Engine)engine), name)).Prepend((Program, "program")).Append((Waiting, "waiting for peers"));
}
