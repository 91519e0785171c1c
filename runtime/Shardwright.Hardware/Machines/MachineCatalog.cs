using System.Collections.Concurrent;

namespace Shardwright.Hardware;

/// <summary>The machines that come with Shardwright.</summary>
public static class MachineCatalog
{
    /// <summary>What is predicted for when nothing else is asked for.</summary>
    public const string Default = "trn2.48xlarge";

    private static readonly ConcurrentDictionary<string, Machine> Found = new(StringComparer.Ordinal);

    /// <summary>Names of all built-in machines, sorted by code unit.</summary>
    public static IReadOnlyList<string> Names { get; } = BuiltInFiles.Names.Where(name => name.IndexOf('/') < 0).ToList().AsReadOnly();

    /// <summary>
    /// A built-in machine by its name; null when there is none. On Trainium2 and Trainium3 a rank is two physical cores (LNC 2); with <c>:lnc1</c> behind the name, <c>trn2.48xlarge:lnc1</c>, it is one, and two
    /// ranks share a stack of HBM.
    /// </summary>
    public static Machine? Find(string name)
    {
        if (Found.TryGetValue(name, out var known))
            return known;
        if (name.IndexOf('/') >= 0 || MachineTree.Find(name) is not { } tree)
            return null;
        var machine = MachineBuilder.Build(tree);
        string variant = name.IndexOf(':') < 0 || MachineBuilder.Build(MachineTree.Find(machine.Name)!).RanksPerChip == machine.RanksPerChip ? machine.Name : name;
        return Found.GetOrAdd(name, machine with { Name = variant });
    }

    /// <summary>A built-in machine by its name.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the message lists those there are.</exception>
    public static Machine Get(string name) =>
        Find(name) ?? throw new ArgumentException($"no built-in machine is called '{name}'{NearestName.Hint(name, Names)} There are: {string.Join(", ", Names)}", nameof(name));
}
