using Microsoft.Build.Framework;
using Shardwright.Hardware;

namespace Shardwright.Tasks;

/// <summary>Prints how long a training step of each model of a built assembly takes on other numbers of chips, what it costs and whether it fits; see docs/scale.md.</summary>
public sealed class ShardwrightScale : Microsoft.Build.Utilities.Task
{
    private static readonly Dictionary<string, string> Codes = new(StringComparer.Ordinal)
    {
        [ScaleRequest.ChipsSetting] = "SHW7001",
        [ScaleRequest.MeshesSetting] = "SHW7002",
        [ScaleRequest.ShardingSetting] = "SHW7003",
        [ScaleRequest.TraceSetting] = "SHW7004",
    };

    /// <summary>The built assembly.</summary>
    [Required]
    public string Assembly { get; set; } = "";

    /// <summary>Full path of the project file, where errors point.</summary>
    public string? ProjectFile { get; set; }

    /// <summary>Folder that receives <c>scale.json</c> and <c>scale.txt</c>; with several models, <c>scale.MODEL.json</c>.</summary>
    [Required]
    public string OutputFolder { get; set; } = "";

    /// <summary>Numbers of chips: <c>1;16;64</c>.</summary>
    public string? Chips { get; set; }

    /// <summary>Meshes: <c>expert=64;expert=16</c>.</summary>
    public string? Meshes { get; set; }

    /// <summary><c>auto</c>, <c>none</c> or <c>zero3</c>.</summary>
    public string? Sharding { get; set; }

    /// <summary>Path of a routing trace.</summary>
    public string? Trace { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            var request = ScaleRequest.Parse(Chips, Meshes, Sharding);
            var trace = string.IsNullOrWhiteSpace(Trace) ? null : TraceFile.Read(Trace!);
            var plans = CompiledPlans.Read(Assembly);
            if (plans.Count == 0)
                Error("SHW7005", $"ShardwrightScale: {Assembly} has no compiled plan; need a project with a class marked [Model], built with the generator on (DisableShardwrightGenerator is not set)");
            foreach (var (_, json) in plans)
                Print(PlanReader.Read(json), request, trace, plans.Count == 1);
        }
        catch (ScaleException exception)
        {
            Error(Codes[exception.Setting], $"{exception.Setting}: {exception.Message}");
        }
        catch (Exception exception) when (exception is PlanDocumentException or MachineFileException or BadImageFormatException or OverflowException or ArgumentException)
        {
            Error("SHW7005", $"ShardwrightScale: the plan in {Assembly} cannot be used: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Error("SHW7006", $"ShardwrightScale: {exception.Message}");
        }
        return !Log.HasLoggedErrors;
    }

    private void Print(PlanDocument plan, ScaleRequest request, RecordedLoad? trace, bool isOnly)
    {
        var machine = plan.Machine();
        var points = ScaleStudy.Run(plan, machine, request, trace);
        string text = ScaleTable.Of(plan, machine, points), name = isOnly ? "scale" : $"scale.{plan.Model}";
        Directory.CreateDirectory(OutputFolder);
        File.WriteAllText(Path.Combine(OutputFolder, name + ".json"), ScaleJson.Of(plan, machine, points));
        File.WriteAllText(Path.Combine(OutputFolder, name + ".txt"), text);
        foreach (string line in text.TrimEnd('\n').Split('\n'))
            Log.LogMessage(MessageImportance.High, "{0}", line);
    }

    private void Error(string code, string text) => RuleLog.Error(Log, code, text, ProjectFile);
}
