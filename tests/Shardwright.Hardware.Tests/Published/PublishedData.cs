using System.Text.Json;

namespace Shardwright.Hardware.Tests;

/// <summary>The published measurements in the folder that <c>SHARDWRIGHT_DATA</c> names; tests that want them are skipped where it is not set, and have a self-made case beside them.</summary>
public static class PublishedData
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("SHARDWRIGHT_DATA");

    /// <summary>Reason to skip a test.</summary>
    public const string Missing = "needs the published measurements: set SHARDWRIGHT_DATA to the folder with validation.json and traces/";

    /// <summary>Whether they are there.</summary>
    public static bool IsThere => Folder is not null && File.Exists(Path.Combine(Folder, "validation.json"));

    /// <summary>A table of validation.json, by its path.</summary>
    public static JsonElement Table(params string[] path)
    {
        var element = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder!, "validation.json"))).RootElement;
        foreach (string name in path)
            element = element.GetProperty(name);
        return element;
    }

    /// <summary>The file of a routing trace.</summary>
    public static string Trace(string name) => Path.Combine(Folder!, "traces", name);
}
