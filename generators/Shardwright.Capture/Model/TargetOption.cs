using Shardwright.Compiler;
using Shardwright.Hardware;

namespace Shardwright.Capture.Model;

/// <summary>The build property <c>ShardwrightTarget</c>: the machine that a model is planned for, built in or in a file of <c>ShardwrightMachine</c>.</summary>
public static class TargetOption
{
    public const string Property = "build_property.ShardwrightTarget", PlacementProperty = "build_property.ShardwrightPlacement";

    /// <summary>What <c>ShardwrightPlacement</c> may say.</summary>
    public const string PlacementNeed = "'expert' (the ranks of an expert group next to each other) or 'data' (the replicas of an expert next to each other); without it, whichever is faster";

    /// <summary>The target's name; the default, with an error, when there is no such machine.</summary>
    public static (string Target, string? Error, string Need) Parse(string? text, IReadOnlyList<MachineText> machines)
    {
        string name = text?.Trim() ?? "";
        if (name.Length == 0)
            return (machines.Count == 1 ? machines[0].Name : MachineCatalog.Default, null, "");
        return machines.Any(m => m.Name == name) || MachineCatalog.Find(name) is not null ? (name, null, "")
            : (MachineCatalog.Default, $"ShardwrightTarget: '{name}'", $"one of {string.Join(", ", machines.Select(m => m.Name).Concat(MachineCatalog.Names))}; a machine of your own is a file in <ShardwrightMachine Include=\"my.json\" />");
    }

    /// <summary>Which ranks lie next to each other; null for whichever is faster.</summary>
    public static (bool? ExpertInnermost, string? Error) ParsePlacement(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        null or "" => (null, null),
        "expert" => (true, null),
        "data" => (false, null),
        _ => (null, $"ShardwrightPlacement: '{text}'"),
    };
}
