using System.Globalization;

namespace Shardwright.Hardware;

/// <summary>The settings of a study as a build file spells them.</summary>
/// <param name="Chips">Numbers of chips.</param>
/// <param name="Experts">Expert-parallel degrees; null is the largest that each number of chips allows.</param>
/// <param name="Sharding">Sharding over data ranks.</param>
public sealed record ScaleRequest(IReadOnlyList<int> Chips, IReadOnlyList<int?> Experts, ScaleSharding Sharding)
{
    /// <summary>Name of the property with numbers of chips.</summary>
    public const string ChipsSetting = "ShardwrightScaleChips";

    /// <summary>Name of the property with meshes.</summary>
    public const string MeshesSetting = "ShardwrightScaleMeshes";

    /// <summary>Name of the property with the sharding.</summary>
    public const string ShardingSetting = "ShardwrightScaleSharding";

    /// <summary>Name of the property with the trace's path.</summary>
    public const string TraceSetting = "ShardwrightScaleTrace";

    /// <summary>Chips of a study where none are named: one, an instance, and up to 40,000.</summary>
    public const string DefaultChips = "1;16;64;1024;40000";

    /// <summary>Reads the settings.</summary>
    /// <param name="chips">Whole numbers between semicolons or spaces: <c>1;16;64</c>; empty for <see cref="DefaultChips"/>.</param>
    /// <param name="meshes"><c>expert=64;expert=16</c>; empty for the largest degree.</param>
    /// <param name="sharding"><c>auto</c>, <c>none</c> or <c>zero3</c>; empty for auto.</param>
    /// <exception cref="ScaleException">A value cannot be read.</exception>
    public static ScaleRequest Parse(string? chips, string? meshes, string? sharding) => new(
        [.. Items(string.IsNullOrWhiteSpace(chips) ? DefaultChips : chips!).Select(item => Number(ChipsSetting, item, item, "whole numbers of chips above 0 between semicolons or spaces, such as 1;16;64"))],
        string.IsNullOrWhiteSpace(meshes) ? [null] : [.. Items(meshes!).Select(Expert)],
        (sharding ?? "").Trim().ToLowerInvariant() switch
        {
            "" or "auto" => ScaleSharding.Auto,
            "none" => ScaleSharding.None,
            "zero3" => ScaleSharding.Zero3,
            _ => throw new ScaleException(ShardingSetting, $"got '{sharding}'; need auto, none or zero3"),
        });

    private static IEnumerable<string> Items(string text) => text.Split(';', ' ', '\t', '\r', '\n').Where(item => item.Length > 0);

    private static int? Expert(string item)
    {
        string[] parts = item.Split('=');
        const string Need = "expert= and a whole number above 0, such as expert=64;expert=16 (the data ranks follow from the chips)";
        return parts.Length == 2 && parts[0] == "expert" ? Number(MeshesSetting, item, parts[1], Need) : throw new ScaleException(MeshesSetting, $"got '{item}'; need {Need}");
    }

    private static int Number(string setting, string item, string text, string need) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw new ScaleException(setting, $"got '{item}'; need {need}");
}
