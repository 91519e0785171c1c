using System.Text.Json.Nodes;

namespace Shardwright.Report.Tests;

/// <summary>The plans that the tests draw.</summary>
internal static class Plans
{
    /// <summary>The report of the small sample.</summary>
    public static string Sample { get; } = File.ReadAllText(Path.Combine(Root(), "docs", "plan.example.json"));

    /// <summary>The sample's report with a hostile text in the place of every name.</summary>
    public static string Hostile { get; } = HostileNames.PutInto(Sample);

    /// <summary>Two models.</summary>
    public static string Two
    {
        get
        {
            var plan = JsonNode.Parse(Sample)!;
            var second = plan["models"]![0]!.DeepClone();
            second["model"] = "Other.SecondModel";
            second["summary"]!["stepPicoseconds"] = 2_000_000_000L;
            plan["models"]!.AsArray().Add(second);
            return plan.ToJsonString();
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Shardwright.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The repository is not around the tests.");
    }
}
