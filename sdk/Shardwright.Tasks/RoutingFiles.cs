using Shardwright.Hardware;
using Shardwright.Hardware.Reports;

namespace Shardwright.Tasks;

/// <summary>Recorded routing that <c>ShardwrightRoutingTrace</c> items name, held against the models of a build.</summary>
internal static class RoutingFiles
{
    /// <summary>The item.</summary>
    public const string Setting = "ShardwrightRoutingTrace";

    /// <summary>Adds the forecasts of a file to the reports of the models that it fits.</summary>
    /// <exception cref="ScaleException">The file cannot be read, is no recording, is damaged, or fits no model.</exception>
    public static IReadOnlyList<BuildReport> Add(IReadOnlyList<BuildReport> reports, string path)
    {
        var recording = Read(path);
        List<BuildReport> added = [.. reports.Select(report => report with { Routing = [.. report.Routing, .. RoutingForecast.All(report.Plan, report.Summary.Machine, recording, Path.GetFileName(path))] })];
        return reports.Zip(added, (before, after) => after.Routing.Count > before.Routing.Count).Any(fits => fits) ? added
            : throw new ScaleException(Setting, $"'{path}' has {Words(recording.Shape.Groups.Select(group => (group.Path, group.Experts, group.TopK)))}, {Models(reports)}; need a recording of a model with as many experts and the same k");
    }

    private static RoutingRecording Read(string path)
    {
        try
        {
            return RoutingRecording.Read(File.OpenRead(path), path);
        }
        catch (RoutingFileException exception)
        {
            throw new ScaleException(Setting, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ScaleException(Setting, $"'{path}' cannot be read: {exception.Message} Need a file that Trainer.RecordRouting wrote");
        }
    }

    private static string Models(IReadOnlyList<BuildReport> reports) => reports.Count == 0 ? "and the project has no model"
        : string.Join(", ", reports.Select(report => $"{report.Plan.Model} {(report.Plan.Program.Sites.Count == 0 ? "no experts" : Words(report.Plan.Program.Sites.Select(site => (site.Path, site.Experts, site.TopK))))}"));

    private static string Words(IEnumerable<(string Path, int Experts, int TopK)> groups) => string.Join(" and ", groups.Select(group => $"{group.Experts} experts, top-{group.TopK}, in '{group.Path}'"));
}
