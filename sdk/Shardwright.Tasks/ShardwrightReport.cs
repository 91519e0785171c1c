using Microsoft.Build.Framework;
using Shardwright.Hardware;
using Shardwright.Hardware.Reports;
using Shardwright.Tasks.Page;

namespace Shardwright.Tasks;

/// <summary>Writes the build report of the models of a compiled assembly, <c>plan.json</c> and <c>report.html</c>, and holds their plans against the budgets of the project; see docs/report.md.</summary>
public sealed class ShardwrightReport : Microsoft.Build.Utilities.Task
{
    private static readonly Dictionary<string, string> Codes = new(StringComparer.Ordinal)
    {
        [BudgetLimits.HbmSetting] = "SHW7010",
        [BudgetLimits.StepSetting] = "SHW7011",
        [BudgetLimits.ExposedSetting] = "SHW7012",
        [BudgetLimits.JoulesSetting] = "SHW7013",
    };

    /// <summary>The compiled assembly.</summary>
    [Required]
    public string Assembly { get; set; } = "";

    /// <summary>Full path of the folder that receives <c>plan.json</c> and <c>report.html</c>, for all models together.</summary>
    [Required]
    public string OutputFolder { get; set; } = "";

    /// <summary>Full path of a file that is written when everything is within its budget: the build then need not ask again.</summary>
    [Required]
    public string Stamp { get; set; } = "";

    /// <summary>Full path of the project file: places in the plan are relative to its folder.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Version of the tools, for the report.</summary>
    public string? ToolVersion { get; set; }

    /// <summary>Path of a routing trace.</summary>
    public string? Trace { get; set; }

    /// <summary>The property that names it.</summary>
    public string TraceSetting { get; set; } = "ShardwrightRoutingTrace";

    /// <summary>Recorded routing: files of <c>Trainer.RecordRouting</c>.</summary>
    public ITaskItem[] Recordings { get; set; } = [];

    /// <summary>Per cent of a rank's device memory.</summary>
    public string? MaxHbmPercent { get; set; }

    /// <summary>Milliseconds of a step.</summary>
    public string? MaxStepMilliseconds { get; set; }

    /// <summary>Per cent of a step's time in which communication is exposed.</summary>
    public string? MaxExposedCommunicationPercent { get; set; }

    /// <summary>Joules of all chips for a token.</summary>
    public string? MaxJoulesPerToken { get; set; }

    private string PlanPath => Path.Combine(OutputFolder, "plan.json");

    private string PagePath => Path.Combine(OutputFolder, "report.html");

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            var limits = BudgetLimits.Parse(MaxHbmPercent, MaxStepMilliseconds, MaxExposedCommunicationPercent, MaxJoulesPerToken);
            var trace = string.IsNullOrWhiteSpace(Trace) ? null : TraceFile.Read(Trace!);
            IReadOnlyList<BuildReport> reports = [.. CompiledPlans.Read(Assembly).Select(plan => BuildReport.Of(PlanReader.Read(plan.Json), trace, trace is null ? null : Path.GetFileName(Trace)))];
            reports = Recordings.Aggregate(reports, (before, recording) => RoutingFiles.Add(before, recording.ItemSpec));
            Write(reports);
            foreach (var report in reports)
            {
                Check(report, limits);
                Advise(report);
            }
            if (!Log.HasLoggedErrors)
                WriteStamp();
        }
        catch (BudgetException exception)
        {
            Error("SHW7014", $"{exception.Setting}: {exception.Message}");
        }
        catch (ScaleException exception)
        {
            Error("SHW7004", $"{(exception.Setting == RoutingFiles.Setting ? exception.Setting : TraceSetting)}: {exception.Message}");
        }
        catch (Exception exception) when (exception is PlanDocumentException or MachineFileException or BadImageFormatException or OverflowException or ArgumentException)
        {
            Error("SHW7005", $"ShardwrightReport: the plan in {Assembly} cannot be used: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Error("SHW7006", $"ShardwrightReport: {exception.Message}");
        }
        return !Log.HasLoggedErrors;
    }

    /// <summary>A project whose last model has gone has no report either.</summary>
    private void Write(IReadOnlyList<BuildReport> reports)
    {
        Directory.CreateDirectory(OutputFolder);
        if (reports.Count == 0)
        {
            File.Delete(PlanPath);
            File.Delete(PagePath);
            return;
        }
        string json = BuildReportJson.Of(reports, $"Shardwright {ToolVersion}".TrimEnd());
        ReportFiles.Write(PlanPath, json);
        ReportFiles.Write(PagePath, ReportPage.Render(json));
        foreach (var report in reports)
        {
            Log.LogMessage(MessageImportance.High, "{0}; report: {1}", ReportLine.Of(report), PagePath);
            foreach (var forecast in report.Routing)
                Log.LogMessage(MessageImportance.High, "{0}", RoutingLine.Of(report, forecast));
        }
    }

    private void Check(BuildReport report, BudgetLimits limits)
    {
        foreach (var breach in BudgetCheck.Of(report, limits))
            Error(Codes[breach.Setting], $"{breach.Setting}: {breach.Message}", FileOf(breach.Source), breach.Source?.Line ?? 0);
    }

    private void Advise(BuildReport report)
    {
        foreach (var forecast in report.Routing)
            if (RoutingLine.Advice(report, forecast) is { } advice)
                RuleLog.Warning(Log, "SHW7015", advice, FileOf(forecast.Source) ?? ProjectFile, forecast.Source?.Line ?? 0);
    }

    private string? FileOf(PlanSource? source) => source is null ? null : Path.Combine(Path.GetDirectoryName(ProjectFile) ?? "", source.File);

    /// <summary>One stamp at a time: its name holds the settings.</summary>
    private void WriteStamp()
    {
        string folder = Path.GetDirectoryName(Stamp)!;
        Directory.CreateDirectory(folder);
        foreach (string old in Directory.GetFiles(folder, "*" + Path.GetExtension(Stamp)))
            File.Delete(old);
        File.WriteAllText(Stamp, "");
    }

    private void Error(string code, string text, string? file = null, int line = 0) => RuleLog.Error(Log, code, text, file ?? ProjectFile, line);
}
